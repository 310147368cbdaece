using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Quai.Daemon.Logging;

/// <summary>
/// Writes log lines as dockerd does: <c>time="…" level=info msg="…"</c>, with the exception of an unexpected failure as <c>error="…"</c>.
/// Each line is one write, so that lines of several threads never mix.
/// </summary>
internal sealed class TextLogger(Stream output, TimeProvider time) : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();

    /// <summary>The minimum level that is written. May change at run time.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>Whether lines are JSON objects (<c>--log-format json</c>).</summary>
    public bool Structured { get; set; }

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) ? new Quieter(this) : this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= Level && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        string level = logLevel switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            LogLevel.Error => "error",
            _ => "fatal",
        };
        string now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
        var line = new StringBuilder(256);
        if (Structured)
        {
            line.Append("{\"time\":\"").Append(now).Append("\",\"level\":\"").Append(level).Append("\",\"msg\":");
            AppendQuoted(line, formatter(state, null));
            if (exception is not null)
            {
                AppendQuoted(line.Append(",\"error\":"), exception.ToString());
            }

            line.Append("}\n");
        }
        else
        {
            line.Append("time=\"").Append(now).Append("\" level=").Append(level).Append(" msg=");
            AppendQuoted(line, formatter(state, null));
            if (exception is not null)
            {
                AppendQuoted(line.Append(" error="), exception.ToString());
            }

            line.Append('\n');
        }

        byte[] bytes = Encoding.UTF8.GetBytes(line.ToString());
        lock (_gate)
        {
            try
            {
                output.Write(bytes);
                output.Flush();
            }
            catch (IOException)
            {
                // The reader of the log has gone; the daemon keeps running.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static void AppendQuoted(StringBuilder line, string text)
    {
        line.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => line.Append("\\\""),
                '\\' => line.Append("\\\\"),
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                < ' ' => line.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => line.Append(c),
            };
        }

        line.Append('"');
    }

    /// <summary>For the web server's own lines: its messages about connections are of no use to the daemon's operator.</summary>
    private sealed class Quieter(TextLogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}

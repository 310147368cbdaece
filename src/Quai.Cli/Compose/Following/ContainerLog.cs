using System.Globalization;
using System.Text;
using Quai.Client;
using Quai.Client.Containers;
using Quai.Client.Streams;
using Quai.Client.Transport;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Following;

/// <summary>The log of a container.</summary>
/// <param name="container">The container.</param>
/// <param name="name">What it is called in logs.</param>
internal sealed class ContainerLog(ObservedContainer container, string name)
{
    private readonly List<LogLine> _lines = [];
    private bool _isTerminal;

    /// <summary>The container.</summary>
    public ObservedContainer Container => container;

    /// <summary>What it is called in logs.</summary>
    public string Name => name;

    /// <summary>What it has written.</summary>
    public IReadOnlyList<LogLine> Lines => _lines;

    /// <summary>Reads what it has written.</summary>
    public async Task ReadAsync(EngineClient engine, LogOptions options)
    {
        _isTerminal = (await engine.Containers.OutlineAsync(container.Id)).Tty;
        using ResponseStream response = await engine.Containers.LogsAsync(container.Id, options);
        await CopyAsync(response, _lines.Add);
    }

    /// <summary>Goes on with what it writes from then on.</summary>
    public async Task FollowAsync(EngineClient engine, LogOptions options, Action<LogLine> take)
    {
        string since = _lines.Count > 0 ? After(_lines[^1].Time) : options.Since;
        using ResponseStream response = await engine.Containers.LogsAsync(container.Id, options with { Follow = true, Since = since, Tail = _lines.Count > 0 ? "all" : options.Tail });
        await CopyAsync(response, take);
    }

    private Task CopyAsync(ResponseStream response, Action<LogLine> take) => Task.Factory.StartNew(
        () =>
        {
            LineStream output = new(line => take(Parse(line, false))), error = new(line => take(Parse(line, true)));
            if (_isTerminal)
            {
                response.CopyTo(output);
            }
            else
            {
                StdCopy.Copy(response.Read, output, error);
            }

            output.End();
            error.End();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static LogLine Parse(byte[] line, bool isError)
    {
        int space = Array.IndexOf(line, (byte)' ');
        return space < 0 ? new("", line, isError) : new(Encoding.ASCII.GetString(line, 0, space), line[(space + 1)..], isError);
    }

    /// <summary>The moment after a time, in seconds since 1970 with nanoseconds.</summary>
    private static string After(string time)
    {
        int point = time.IndexOf('.', StringComparison.Ordinal);
        if (point < 0 || !DateTimeOffset.TryParse(time[..point] + "Z", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset second)
            || !long.TryParse(time.AsSpan(point + 1).TrimEnd('Z'), NumberStyles.None, CultureInfo.InvariantCulture, out long nanoseconds))
        {
            return "";
        }

        long next = nanoseconds + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{second.ToUnixTimeSeconds() + (next / 1_000_000_000)}.{next % 1_000_000_000:000000000}");
    }
}

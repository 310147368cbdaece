using System.Text;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Engine.Logs.Options;
using Quai.Errors;
using Quai.Plans.Logging;
using Quai.Runtime.Logging;

namespace Quai.Engine.Logs.Drivers;

/// <summary>From a container's log options to what its shim is told.</summary>
internal sealed class LogPreparation(EngineOptions options, EnginePaths paths)
{
    private const long DefaultSize = 20L << 20, DefaultBuffer = 1_000_000;
    private const int DefaultFiles = 5;

    /// <summary>Reads the options that only a start reads, resolves names, and renders what is the same in all messages.</summary>
    /// <exception cref="QuaiException">An option is malformed, or the server cannot be reached; in Docker's words.</exception>
    public async Task<LogSettings> PrepareAsync(Container container, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(container, cancellation).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            throw QuaiException.System($"failed to create task for container: failed to initialize logging driver: {e.Message}", e);
        }
    }

    private async Task<LogSettings> ReadAsync(Container container, CancellationToken cancellation)
    {
        LogSpec log = container.Spec.Log;
        var subject = new LogSubject(container, log.Options);
        bool never = log.Options.GetValueOrDefault("mode") == "non-blocking";
        LogServer? server = log.Driver switch
        {
            LogDrivers.Syslog => await SyslogServer.BuildAsync(subject, SyslogOptions.Parse(log.Options), options.LogRelay, cancellation).ConfigureAwait(false),
            LogDrivers.Gelf => await GelfServer.BuildAsync(subject, GelfOptions.Parse(log.Options), cancellation).ConfigureAwait(false),
            LogDrivers.Fluentd => await FluentdServer.BuildAsync(subject, FluentdSettings.Parse(log.Options), options.LogRelay, cancellation).ConfigureAwait(false),
            LogDrivers.Journald => JournalServer.Build(subject),
            _ => null,
        };
        if (server is not null && never)
        {
            long buffer = log.Options.GetValueOrDefault("max-buffer-size") is { } size ? LogValues.Memory(size) : DefaultBuffer;
            server = server with { Drops = LogDropping.WhenFull, Buffer = Math.Max(1, buffer) };
        }

        string? path = paths.LogOf(container.Id, log);
        if (path is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }

        return new LogSettings { File = path is null ? null : FileOf(path, log, subject), Server = server, NeverWaits = never };
    }

    private static LogFile FileOf(string path, LogSpec log, LogSubject subject)
    {
        bool json = log.Driver == LogDrivers.JsonFile;
        LogFile file = json ? JsonFile(path, log.Options)
            : log.Driver == LogDrivers.Local ? LocalFile(path, log.Options)
            : LogDrivers.Within("error initializing local log cache driver: ", () => LocalFile(path, Cached(log.Options)));
        SortedDictionary<string, string> attributes = subject.Attributes();
        if ((json || log.Driver == LogDrivers.Local) && subject.Tag("") is { Length: > 0 } tag)
        {
            attributes["tag"] = tag;
        }

        return file with { Attributes = attributes.Count == 0 ? default : Encoding.UTF8.GetBytes(",\"attrs\":" + LogSubject.Json(attributes)) };
    }

    // If nobody says anything, Quai rotates. This is an internal default, and not shown in the container's configuration.
    private static LogFile JsonFile(string path, IReadOnlyDictionary<string, string> options)
    {
        long? size = options.GetValueOrDefault("max-size") switch
        {
            null => null,
            "-1" => 0,
            { } text => LogValues.Size(text) is > 0 and var bytes ? bytes : throw QuaiException.Invalid("max-size must be a positive number"),
        };
        int? files = options.GetValueOrDefault("max-file") is { } count ? LogValues.Integer(count) : null;
        if (files < 1)
        {
            throw QuaiException.Invalid("max-file cannot be less than 1");
        }

        bool compress = options.GetValueOrDefault("compress") is { } text2 && LogValues.Boolean(text2);
        return compress && (files is null or < 2 || size is null or 0)
            ? throw QuaiException.Invalid("compress cannot be true when max-file is less than 2 or max-size is not set")
            : new LogFile(path, size ?? DefaultSize, files ?? DefaultFiles) { Compresses = compress };
    }

    private static LogFile LocalFile(string path, IReadOnlyDictionary<string, string> options)
    {
        long size = options.GetValueOrDefault("max-size") is { } s ? LogDrivers.Within($"invalid value for max-size: {s}: ", () => LogValues.Size(s)) : DefaultSize;
        int files = options.GetValueOrDefault("max-file") is { } f ? LogDrivers.Within($"invalid value for max-file: {f}: ", () => LogValues.Integer(f)) : DefaultFiles;
        bool compress = options.GetValueOrDefault("compress") is not { } c || LogDrivers.Within("error reading compress log option: ", () => LogValues.Boolean(c));
        return files < 0 ? throw QuaiException.Invalid("max file count cannot be less than 0")
            : compress && files <= 1 ? throw QuaiException.Invalid("compression cannot be enabled when max file count is 1")
            : new LogFile(path, size, Math.Max(1, files)) { Compresses = compress };
    }

    private static Dictionary<string, string> Cached(IReadOnlyDictionary<string, string> options) =>
        options.Where(o => o.Key.StartsWith(LogDrivers.CachePrefix, StringComparison.Ordinal)).ToDictionary(o => o.Key[LogDrivers.CachePrefix.Length..], o => o.Value);
}

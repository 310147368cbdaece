using Quai.Errors;

namespace Quai.Engine.Logs.Options;

/// <summary>What a container's fluentd log is to be.</summary>
internal sealed record FluentdSettings
{
    private const string DefaultPort = "24224", AddressOption = "fluentd-address", Interval = "fluentd-async-reconnect-interval", Timeout = "fluentd-write-timeout";
    private const long DefaultBuffer = 1024 * 1024;

    /// <summary>The options' names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        AddressOption, "fluentd-async", Interval, "fluentd-buffer-limit", "fluentd-max-retries", "fluentd-request-ack", "fluentd-retry-wait", "fluentd-sub-second-precision", Timeout,
    ];

    /// <summary>Where the server is.</summary>
    public required LogUrl Address { get; init; }

    /// <summary>Whether the container starts without it, and lines are dropped if it is away for too long.</summary>
    public bool IsAsync { get; init; }

    /// <summary>How many messages wait then.</summary>
    public int BufferLimit { get; init; }

    /// <summary>How many attempts a message is given; -1 for any number.</summary>
    public int Attempts { get; init; }

    /// <summary>How long the first attempt is waited after.</summary>
    public TimeSpan RetryWait { get; init; }

    /// <summary>After how long the connection is made anew; zero for never.</summary>
    public TimeSpan ReconnectsAfter { get; init; }

    /// <summary>After how long without progress it is given up; zero for never.</summary>
    public TimeSpan WriteTimeout { get; init; }

    /// <summary>Whether times have nanoseconds.</summary>
    public bool SubSecond { get; init; }

    /// <summary>Whether the server acknowledges messages.</summary>
    public bool Acknowledges { get; init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">A value is malformed.</exception>
    public static FluentdSettings Parse(IReadOnlyDictionary<string, string> options)
    {
        LogUrl address = ParseAddress(Given(AddressOption) ?? "");
        long buffer = Given("fluentd-buffer-limit") is { } limit ? LogValues.Memory(limit) : DefaultBuffer;
        TimeSpan wait = Given("fluentd-retry-wait") is { } w ? LogValues.Duration(w) : TimeSpan.FromSeconds(1);
        int attempts = Given("fluentd-max-retries") is { } retries ? (int)Math.Min(LogValues.Unsigned(retries), int.MaxValue) : int.MaxValue;
        bool async = Flag("fluentd-async"), subSecond = Flag("fluentd-sub-second-precision"), acknowledges = Flag("fluentd-request-ack");
        return new FluentdSettings
        {
            Address = address,
            IsAsync = async,
            BufferLimit = (int)Math.Clamp(buffer, 1, int.MaxValue),
            Attempts = attempts == int.MaxValue ? -1 : attempts,
            RetryWait = wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1),
            ReconnectsAfter = Given(Interval) is { } interval ? ParseInterval(interval) : TimeSpan.Zero,
            WriteTimeout = Given(Timeout) is { } timeout ? ParseTimeout(timeout) : TimeSpan.Zero,
            SubSecond = subSecond,
            Acknowledges = acknowledges,
        };

        string? Given(string name) => options.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
        bool Flag(string name) => Given(name) is { } value && LogValues.Boolean(value);
    }

    private static TimeSpan ParseInterval(string text)
    {
        TimeSpan value = LogDrivers.Within($"invalid value for {Interval}: ", () => LogValues.Duration(text));
        return value == TimeSpan.Zero || (value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromSeconds(10))
            ? value
            : throw QuaiException.Invalid($"invalid value for {Interval}: value (\"{text}\") must be between 100ms and 10s");
    }

    private static TimeSpan ParseTimeout(string text)
    {
        TimeSpan value = LogDrivers.Within($"invalid value for {Timeout}: value must be a duration: ", () => LogValues.Duration(text));
        return value >= TimeSpan.Zero ? value : throw QuaiException.Invalid($"invalid value for {Timeout}: value must be a duration that is non-negative");
    }

    private static LogUrl ParseAddress(string text)
    {
        if (text.Length == 0)
        {
            return new LogUrl("tcp", "127.0.0.1", DefaultPort, "");
        }

        return LogDrivers.Within($"invalid fluentd-address ({text}): ", () =>
        {
            LogUrl url = LogUrl.Parse(text.Contains("://", StringComparison.Ordinal) ? text : "tcp://" + text);
            switch (url.Scheme)
            {
                case "unix":
                    return url.Path.TrimStart('/').Length > 0 ? url : throw QuaiException.Invalid("path is empty");
                case "tcp" or "tls":
                    if (url.Path.Length > 0)
                    {
                        throw QuaiException.Invalid("should not contain a path element");
                    }

                    if (url.HasPort && !LogUrl.TryPort(url.Port, out _))
                    {
                        throw QuaiException.Invalid($"invalid port: strconv.ParseUint: parsing \"{url.Port}\": value out of range");
                    }

                    return url with { Host = url.Host.Length > 0 ? url.Host : "127.0.0.1", Port = url.HasPort ? url.Port : DefaultPort };
                default:
                    throw QuaiException.Invalid($"unsupported scheme: '{url.Scheme}'");
            }
        });
    }
}

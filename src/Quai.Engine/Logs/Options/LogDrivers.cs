using Quai.Errors;

namespace Quai.Engine.Logs.Options;

/// <summary>The log drivers, and what may be asked of them when a container is created. What only a start can tell is refused then.</summary>
public static class LogDrivers
{
    /// <summary>Of files of JSON lines.</summary>
    public const string JsonFile = "json-file";

    /// <summary>Of files that are rotated and compressed by default.</summary>
    public const string Local = "local";

    /// <summary>That keeps nothing.</summary>
    public const string None = "none";

    internal const string Syslog = "syslog", Journald = "journald", Gelf = "gelf", Fluentd = "fluentd";

    /// <summary>Their names, without <see cref="None"/>, which is not a driver to Docker.</summary>
    public static IReadOnlyList<string> Names { get; } = [Fluentd, Gelf, Journald, JsonFile, Local, Syslog];

    /// <summary>What an option's name begins with that is about the local copy of a log that is sent elsewhere.</summary>
    internal const string CachePrefix = "cache-";

    private static readonly string[] s_attributes = ["labels", "labels-regex", "env", "env-regex", "tag"];
    private static readonly string[] s_files = ["max-file", "max-size", "compress", .. s_attributes];

    private static readonly HashSet<string> s_common = ["mode", "max-buffer-size", "cache-disabled", .. s_files.Select(f => CachePrefix + f)];

    /// <summary>Whether there is a driver of that name.</summary>
    public static bool Exists(string name) => name == None || Names.Contains(name);

    /// <summary>Refuses options that a driver does not have, and values that it cannot have.</summary>
    /// <exception cref="QuaiException">In Docker's words.</exception>
    public static void Validate(string driver, IReadOnlyDictionary<string, string> options)
    {
        if (driver == None)
        {
            return;
        }

        string? mode = options.GetValueOrDefault("mode");
        if (mode is not (null or "" or "blocking" or "non-blocking"))
        {
            throw QuaiException.Invalid($"logger: logging mode not supported: {mode}");
        }

        if (options.TryGetValue("max-buffer-size", out string? buffer))
        {
            if (mode != "non-blocking")
            {
                throw QuaiException.Invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
            }

            Within("error parsing option max-buffer-size: ", () => LogValues.Memory(buffer));
        }

        if (!Exists(driver))
        {
            throw QuaiException.Invalid($"error looking up logging plugin {driver}: plugin \"{driver}\" not found");
        }

        if (options.GetValueOrDefault("cache-disabled") is { Length: > 0 } disabled && !CommandLine.GoBoolean.TryParse(disabled, out _))
        {
            throw QuaiException.Invalid($"invalid value for option cache-disabled: {disabled}");
        }

        var own = options.Where(o => !s_common.Contains(o.Key)).ToDictionary();
        switch (driver)
        {
            case JsonFile:
                Known(own, s_files, n => $"unknown log opt '{n}' for json-file log driver");
                break;
            case Local:
                Known(own, s_files, n => $"unknown log opt '{n}' for log driver local");
                break;
            case Journald:
                Known(own, s_attributes, n => $"unknown log opt '{n}' for journald log driver");
                break;
            case Syslog:
                Known(own, [.. s_attributes, .. SyslogOptions.Names], n => $"unknown log opt '{n}' for syslog log driver");
                SyslogOptions.Parse(own);
                break;
            case Gelf:
                Known(own, [.. s_attributes, .. GelfOptions.Names], n => $"unknown log opt \"{n}\" for gelf log driver");
                GelfOptions.Parse(own);
                break;
            case Fluentd:
                Known(own, [.. s_attributes, .. FluentdSettings.Names], n => $"unknown log opt '{n}' for fluentd log driver");
                FluentdSettings.Parse(own);
                break;
        }
    }

    /// <summary>Refuses what cannot be the default of all containers.</summary>
    /// <exception cref="QuaiException">In Docker's words.</exception>
    public static void ValidateDefaults(string driver, IReadOnlyDictionary<string, string> options) => Within("failed to set log opts: ", () =>
    {
        Validate(driver, options);
        return true;
    });

    /// <summary>The options of a container, completed by those of the daemon: all of them if it is the daemon's driver, else those about the local copy.</summary>
    internal static Dictionary<string, string> Merge(string driver, IReadOnlyDictionary<string, string>? options, EngineOptions defaults)
    {
        var merged = new Dictionary<string, string>(options ?? new Dictionary<string, string>());
        foreach ((string name, string value) in defaults.LogOptions)
        {
            if (driver == defaults.LogDriver || (driver != None && name.StartsWith(CachePrefix, StringComparison.Ordinal)))
            {
                merged.TryAdd(name, value);
            }
        }

        return merged;
    }

    /// <summary>Puts words before a failure.</summary>
    internal static T Within<T>(string words, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, words + e.Message, e);
        }
    }

    private static void Known(Dictionary<string, string> options, IReadOnlyCollection<string> names, Func<string, string> message)
    {
        if (options.Keys.Where(k => !names.Contains(k)).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw QuaiException.Invalid(message(unknown));
        }
    }
}

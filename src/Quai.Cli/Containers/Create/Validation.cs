using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Quai.Api.Containers;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Containers.Create;

/// <summary>Validation of flag values before the daemon sees them, in Docker's words.</summary>
internal static partial class Validation
{
    private static readonly string[] Sysctls =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ];

    /// <summary>Whether a text is a complete address: .NET would also accept <c>1.2</c>.</summary>
    public static bool IsAddress(string text) => IPAddress.TryParse(text, out _) && (text.Contains(':', StringComparison.Ordinal) || text.Split('.').Length == 4);

    /// <summary><c>-a</c>: a stream's name.</summary>
    public static string Stream(string text)
    {
        string name = text.ToLowerInvariant();
        return name is "stdin" or "stdout" or "stderr" ? name : throw new FlagValueException("valid streams are STDIN, STDOUT and STDERR");
    }

    /// <summary><c>-e</c>: a variable, whose value is taken from this program's environment if only the name is given.</summary>
    public static string Environment(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals == 0 || text.Length == 0)
        {
            throw new FlagValueException($"invalid environment variable: {text}");
        }

        return equals < 0 && System.Environment.GetEnvironmentVariable(text) is { } value ? $"{text}={value}" : text;
    }

    /// <summary><c>-l</c>: a label.</summary>
    public static string Label(string text) =>
        text.Length == 0 || text[0] == '=' || text.Split('=')[0].Trim().Length == 0 ? throw new FlagValueException($"invalid label '{text}': empty name") : text;

    /// <summary><c>--dns</c>: an address.</summary>
    public static string Address(string text)
    {
        string address = text.Trim();
        return IsAddress(address) ? IPAddress.Parse(address).ToString() : throw new FlagValueException($"IP address is not correctly formatted: {address}");
    }

    /// <summary><c>--dns-search</c>: a domain, or a dot for none.</summary>
    public static string Domain(string text)
    {
        string domain = text.Trim(' ');
        return domain == "." || (DomainPattern().IsMatch(domain) && domain.Length < 255) ? domain : throw new FlagValueException($"{domain} is not a valid domain");
    }

    /// <summary><c>--add-host</c>: a name and an address.</summary>
    public static string ExtraHost(string text)
    {
        int cut = text.IndexOfAny(['=', ':']);
        if (cut <= 0)
        {
            throw new FlagValueException($"bad format for add-host: {Quai.Templates.GoText.Quote(text)}");
        }

        string address = text[(cut + 1)..];
        string bare = address.StartsWith('[') && address.EndsWith(']') ? address[1..^1] : address;
        return address == "host-gateway" || IsAddress(bare)
            ? $"{text[..cut]}:{bare}"
            : throw new FlagValueException($"invalid IP address in add-host: {Quai.Templates.GoText.Quote(address)}");
    }

    /// <summary><c>--link</c>: a container and an alias.</summary>
    public static string Link(string text) => text.Length > 0 && text.Split(':').Length <= 2 ? text : throw new FlagValueException($"bad format for links: {text}");

    /// <summary><c>--sysctl</c>: a namespaced kernel setting.</summary>
    public static string Sysctl(string text)
    {
        string name = text.Split('=')[0];
        bool known = text.Contains('=', StringComparison.Ordinal)
            && (Sysctls.Contains(name) || name.StartsWith("net.", StringComparison.Ordinal) || name.StartsWith("fs.mqueue.", StringComparison.Ordinal));
        return known ? text : throw new FlagValueException($"sysctl '{text}' is not allowed");
    }

    /// <summary><c>--device</c>: source, path inside and permissions.</summary>
    public static string Device(string text)
    {
        if (text.Split(':').Length > 3)
        {
            throw new FlagValueException($"bad format for path: {text}");
        }

        return text.Contains('/', StringComparison.Ordinal) || text.Contains('=', StringComparison.Ordinal) ? text : throw new FlagValueException($"{text} is not an absolute path");
    }

    /// <summary><c>--device-cgroup-rule</c>: in the kernel's syntax.</summary>
    public static string DeviceRule(string text) => DeviceRulePattern().IsMatch(text) ? text : throw new FlagValueException($"invalid device cgroup format '{text}'");

    /// <summary><c>--ulimit name=soft[:hard]</c>.</summary>
    public static Ulimit Ulimit(string text)
    {
        string[] parts = text.Split('=', 2);
        if (parts.Length != 2)
        {
            throw new FlagValueException($"invalid ulimit argument: {text}");
        }

        if (parts[0] is not ("as" or "core" or "cpu" or "data" or "fsize" or "locks" or "memlock" or "msgqueue" or "nice" or "nofile" or "nproc" or "rss"
            or "rtprio" or "rttime" or "sigpending" or "stack"))
        {
            throw new FlagValueException($"invalid ulimit type: {parts[0]}");
        }

        string[] limits = parts[1].Split(':');
        if (limits.Length > 2)
        {
            throw new FlagValueException($"too many limit values - {parts[1]}, can only have up to two, `soft[:hard]`");
        }

        long soft = FlagValues.Int64(limits[0]);
        long hard = limits.Length == 2 ? FlagValues.Int64(limits[1]) : soft;
        if (hard != -1 && (soft == -1 || soft > hard))
        {
            throw new FlagValueException(soft == -1
                ? $"ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: {hard}"
                : $"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}");
        }

        return new Ulimit { Name = parts[0], Soft = soft, Hard = hard };
    }

    /// <summary><c>--blkio-weight-device path:weight</c>.</summary>
    public static WeightDevice DeviceWeight(string text)
    {
        (string path, long weight) = Split(text, "<device-path>:<weight>", static s => ushort.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out ushort n) ? n : null, "invalid weight for device");
        return weight is 0 or (>= 10 and <= 1000) ? new WeightDevice { Path = path, Weight = (ushort)weight } : throw new FlagValueException($"invalid weight for device: {text}");
    }

    /// <summary><c>--device-read-bps path:bytes</c>.</summary>
    public static ThrottleDevice DeviceBytes(string text) => Rate(Split(text, "<device-path>:<number>[<unit>]", static s =>
    {
        try
        {
            return FlagValues.Bytes(s);
        }
        catch (FlagValueException)
        {
            return null;
        }
    }, "invalid rate for device", ". The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb"));

    /// <summary><c>--device-read-iops path:count</c>.</summary>
    public static ThrottleDevice DeviceCount(string text) => Rate(Split(text, "<device-path>:<number>", static s => uint.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out uint n) ? n : null,
        "invalid rate for device", ". The correct format is <device-path>:<number>. Number must be a positive integer"));

    private static ThrottleDevice Rate((string Path, long Value) device) => new() { Path = device.Path, Rate = (ulong)device.Value };

    private static (string Path, long Value) Split(string text, string form, Func<string, long?> parse, string error, string tail = "")
    {
        string[] parts = text.Split(':', 2);
        if (parts.Length != 2 || parts[0].Length == 0)
        {
            throw new FlagValueException($"bad format: {text}");
        }

        if (!parts[0].StartsWith("/dev/", StringComparison.Ordinal))
        {
            throw new FlagValueException($"bad format for device path: {text}");
        }

        _ = form;
        return parse(parts[1]) is { } value ? (parts[0], value) : throw new FlagValueException($"{error}: {text}{tail}");
    }

    [GeneratedRegex(@"^[a-zA-Z0-9](([a-zA-Z0-9_-]*[a-zA-Z0-9])?)(\.[a-zA-Z0-9](([a-zA-Z0-9_-]*[a-zA-Z0-9])?))*\.?$", RegexOptions.CultureInvariant)]
    private static partial Regex DomainPattern();

    [GeneratedRegex(@"^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$", RegexOptions.CultureInvariant)]
    private static partial Regex DeviceRulePattern();
}

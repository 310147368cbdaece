using Quai.Errors;

namespace Quai.Volumes.Local;

/// <summary>The options of driver <c>local</c>, as in <c>-o type=tmpfs -o device=tmpfs -o o=size=1m</c>.</summary>
/// <param name="Type">The file system's type; empty if not given.</param>
/// <param name="Device">What is mounted; empty if not given.</param>
/// <param name="Flags">Mount options, separated by commas.</param>
internal sealed record LocalOptions(string Type, string Device, string Flags)
{
    private static readonly string[] s_known = ["type", "o", "device", "size"];

    /// <summary>Whether the volume is a mount of its own; otherwise it is a folder.</summary>
    public bool IsMount => Type.Length > 0 || Device.Length > 0;

    /// <summary>The options of a volume, which have been validated; none of a plugin's.</summary>
    public static LocalOptions Of(Volume volume) => !volume.IsLocal ? new("", "", "") :
        new(volume.Options.GetValueOrDefault("type", ""), volume.Options.GetValueOrDefault("device", ""), volume.Options.GetValueOrDefault("o", ""));

    /// <summary>Refuses what the driver does not know or cannot do.</summary>
    /// <param name="volume">Whose they are, for errors.</param>
    /// <param name="options">The options.</param>
    /// <param name="hasQuotas">Whether the volumes' file system can limit sizes; only asked if needed.</param>
    /// <returns>The size to which it is limited, in bytes; 0 for no limit.</returns>
    /// <exception cref="QuaiException">The first thing that is wrong, in Docker's words.</exception>
    public static ulong Validate(string volume, IReadOnlyDictionary<string, string> options, Func<bool> hasQuotas)
    {
        if (options.Keys.FirstOrDefault(name => !s_known.Contains(name)) is { } stranger)
        {
            throw QuaiException.Invalid($"create {volume}: invalid option: \"{stranger}\"");
        }

        bool type = options.ContainsKey("type"), device = options.ContainsKey("device");
        if (!device && (type || options.ContainsKey("o")))
        {
            throw QuaiException.Invalid($"create {volume}: missing required option: \"device\"");
        }

        if (device && !type)
        {
            throw QuaiException.Invalid($"create {volume}: missing required option: \"type\"");
        }

        ulong size = options.TryGetValue("size", out string? text) ? SizeText.Parse(volume, text) : 0;
        if (size > 0 && !hasQuotas())
        {
            throw QuaiException.Invalid($"create {volume}: quota size requested but no quota support");
        }

        // What is mounted has a size of its own: the limit of the folder below would limit nothing.
        return size > 0 && (options.GetValueOrDefault("type", "").Length > 0 || options.GetValueOrDefault("device", "").Length > 0)
            ? throw QuaiException.Invalid($"create {volume}: option \"size\" is for volumes without a type and a device: it cannot limit what is mounted there")
            : size;
    }
}

using Quai.Oci.Images;

namespace Quai.Engine.Host;

/// <summary>What this machine's processor runs natively.</summary>
internal static class HostPlatform
{
    // The flags of /proc/cpuinfo that define the levels v2 to v4 of the x86-64 psABI.
    private static readonly string[][] s_levels =
    [
        ["cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"],
        ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"],
        ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
    ];

    private static readonly Lazy<string> s_text = new(Describe);

    /// <summary>The platform with the processor's level, as Docker's warnings name it: <c>linux/amd64/v3</c>.</summary>
    public static string Text => s_text.Value;

    /// <summary>Whether programs for a platform run here without emulation, including those of a 64-bit processor's 32-bit counterpart.</summary>
    public static bool Runs(Platform platform) =>
        platform.Os == Platform.Host.Os && (platform.Architecture, Platform.Host.Architecture) switch
        {
            ("amd64", "amd64") => Generation(platform.Variant) <= X64Level(Flags()),
            ("386", "amd64") or ("arm", "arm64") => true,
            _ => Platform.Host.Score(new PlatformDescription { Os = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant }) > 0,
        };

    /// <summary>The level of the x86-64 psABI, 1 to 4, for a list of processor flags.</summary>
    public static int X64Level(IReadOnlySet<string> flags) => 1 + s_levels.TakeWhile(level => level.All(flags.Contains)).Count();

    private static int Generation(string? variant) => variant is ['v', >= '1' and <= '9' and var digit] ? digit - '0' : 1;

    private static string Describe() => Platform.Host switch
    {
        { Architecture: "amd64", Os: var os } => $"{os}/amd64/v{X64Level(Flags())}",
        { Architecture: "arm64", Os: var os } => $"{os}/arm64/v8",
        var other => other.ToString(),
    };

    private static HashSet<string> Flags()
    {
        foreach (string line in File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo") : [])
        {
            if (line.StartsWith("flags", StringComparison.Ordinal))
            {
                return [.. line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            }
        }

        return [];
    }
}

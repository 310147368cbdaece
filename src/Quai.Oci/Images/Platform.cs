using System.Runtime.InteropServices;
using Quai.Errors;

namespace Quai.Oci.Images;

/// <summary>An operating system and processor, as <c>os/arch[/variant]</c> with Go's names for both.</summary>
/// <param name="Os">Such as <c>linux</c>.</param>
/// <param name="Architecture">Such as <c>amd64</c>, <c>arm64</c>, <c>arm</c>.</param>
/// <param name="Variant">Such as <c>v7</c>, or null for the architecture's usual one.</param>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
{
    private static readonly HashSet<string> s_systems =
        ["aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd", "openbsd", "plan9", "solaris", "windows", "zos"];

    private static readonly HashSet<string> s_architectures =
    [
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "ppc64",
        "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm",
    ];

    /// <summary>This machine's.</summary>
    public static Platform Host { get; } = RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => new("linux", "amd64"),
        System.Runtime.InteropServices.Architecture.X86 => new("linux", "386"),
        System.Runtime.InteropServices.Architecture.Arm64 => new("linux", "arm64"),
        System.Runtime.InteropServices.Architecture.Arm => new("linux", "arm", "v7"),
        System.Runtime.InteropServices.Architecture other => new("linux", other.ToString().ToLowerInvariant()),
    };

    /// <summary>Reads <c>os</c>, <c>arch</c>, <c>os/arch</c> or <c>os/arch/variant</c>; other names of an architecture are converted to Go's.</summary>
    public static Platform Parse(string text)
    {
        string[] parts = text.ToLowerInvariant().Split('/');
        if (parts.Length > 3)
        {
            throw QuaiException.Invalid($"\"{text}\": cannot parse platform specifier: invalid argument");
        }

        if (Array.Find(parts, p => p.Length == 0 || p.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))) is { } bad)
        {
            throw QuaiException.Invalid($"\"{bad}\" is an invalid component of \"{text}\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\": invalid argument");
        }

        return parts switch
        {
            [var one] when s_systems.Contains(one) => Host with { Os = one },
            [var one] when s_architectures.Contains(Normalize(null, one, null).Architecture) => Normalize("linux", one, null),
            [_] => throw QuaiException.Invalid($"\"{text}\": unknown operating system or architecture: invalid argument"),
            [var os, var architecture] => Normalize(os, architecture, null),
            _ => Normalize(parts[0], parts[1], parts[2]),
        };
    }

    /// <summary>Converts other names of an architecture to Go's and drops the variant if it is the default.</summary>
    public static Platform Normalize(string? os, string? architecture, string? variant)
    {
        os = string.IsNullOrEmpty(os) ? "linux" : os.ToLowerInvariant();
        variant = string.IsNullOrEmpty(variant) ? null : variant.ToLowerInvariant();
        (string arch, string? usual) = architecture?.ToLowerInvariant() switch
        {
            "x86_64" or "x86-64" or "amd64" => ("amd64", null),
            "i386" or "i686" => ("386", null),
            "aarch64" or "arm64" => ("arm64", null),
            "armhf" => ("arm", "v7"),
            "armel" => ("arm", "v6"),
            "arm" => ("arm", "v7"),
            var other => (other ?? "", (string?)null),
        };
        variant ??= usual;
        return new Platform(os, arch, (arch, variant) is ("amd64", "v1") or ("arm64", "v8" or "8") ? null : variant is "5" or "6" or "7" or "8" ? "v" + variant : variant);
    }

    /// <summary>How well something for <paramref name="offered"/> fits this platform: 0 not at all, larger is better.</summary>
    public int Score(PlatformDescription? offered)
    {
        Platform other = Normalize(offered?.Os, offered?.Architecture, offered?.Variant);
        if (other.Os != Os || other.Architecture != Architecture)
        {
            return 0;
        }

        if (other.Variant == Variant)
        {
            return 100;
        }

        // A newer processor of a family runs code made for an older one.
        int mine = Generation(Variant);
        int its = Generation(other.Variant);
        return its <= mine ? 50 + its : 0;
    }

    /// <inheritdoc/>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private int Generation(string? variant) =>
        variant is null ? (Architecture == "arm64" ? 8 : 1)
        : variant.Length == 2 && variant[0] == 'v' && char.IsAsciiDigit(variant[1]) ? variant[1] - '0'
        : 0;
}

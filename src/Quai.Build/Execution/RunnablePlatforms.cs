using System.Runtime.Intrinsics.X86;
using Quai.Linux.Kernel;
using Quai.Oci.Images;

namespace Quai.Build.Execution;

/// <summary>The platforms whose programs this machine runs: its own and older ones of its kind, and those that it has an interpreter for.</summary>
public static class RunnablePlatforms
{
    /// <summary>All of them, the machine's own first. It is asked anew each time, since interpreters come and go.</summary>
    public static IReadOnlyList<Platform> Find() => [.. Own().Concat(BinaryFormats.Find().Select(Of).OfType<Platform>()).Distinct()];

    /// <summary>The platform of a processor; null for one that images have no name for.</summary>
    public static Platform? Of(BinaryMachine machine)
    {
        string? architecture = machine switch
        {
            (3, false, true) => "386",
            (8, false, true) => "mipsle",
            (8, false, false) => "mips",
            (8, true, true) => "mips64le",
            (8, true, false) => "mips64",
            (21, true, true) => "ppc64le",
            (22, true, false) => "s390x",
            (40, false, true) => "arm",
            (62, true, true) => "amd64",
            (183, true, true) => "arm64",
            (243, true, true) => "riscv64",
            (258, true, true) => "loong64",
            _ => null,
        };
        return architecture is null ? null : Platform.Normalize("linux", architecture, null);
    }

    private static IEnumerable<Platform> Own()
    {
        yield return Platform.Host;
        if (Platform.Host.Architecture != "amd64")
        {
            yield break;
        }

        if (Popcnt.X64.IsSupported && Sse42.X64.IsSupported)
        {
            yield return Platform.Host with { Variant = "v2" };
        }

        if (Avx2.IsSupported && Bmi2.X64.IsSupported && Fma.IsSupported && Lzcnt.X64.IsSupported)
        {
            yield return Platform.Host with { Variant = "v3" };
        }

        if (Avx512F.IsSupported && Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported)
        {
            yield return Platform.Host with { Variant = "v4" };
        }

        yield return new Platform("linux", "386");
    }
}

using System.Runtime.InteropServices;
using Quai.Runtime.SeccompFilters;
using Xunit.Abstractions;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>
/// The default profile as Quai compiles it, beside Docker's file as libseccomp compiles it: for every call number of the three ABIs and of others,
/// and arguments at every edge, the same decision, but for a list of those where Quai is stricter.
/// </summary>
public sealed class DefaultProfileTests(ITestOutputHelper output)
{
    private static readonly string[] s_docker =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    /// <summary>What no argument can do any more that libseccomp lets through.</summary>
    private static readonly string[] s_stricter =
    [
        "X86 socketcall socket: its arguments are in memory or in another order, so it gets the strictest that the profile has for socket",
        "X86_64 socket: the kernel takes 32/32/32/64/64/64 bits of its arguments, and the profile refuses what it takes",
    ];

    public static TheoryData<string, string> Containers => new()
    {
        { "no capabilities", "6.1" },
        { "Docker's capabilities", "6.1" },
        { "Docker's capabilities", "4.4" },
        { "CAP_SYS_ADMIN", "6.1" },
        { "CAP_BPF", "6.1" },
        { "CAP_PERFMON", "6.1" },
        { "all capabilities", "6.18" },
    };

    [Theory]
    [MemberData(nameof(Containers))]
    public void Decides_as_libseccomp_or_stricter(string capabilities, string kernel)
    {
        HashSet<string> set = [.. capabilities switch
        {
            "no capabilities" => [],
            "Docker's capabilities" => s_docker,
            "all capabilities" => [.. s_docker, .. DockerProfile.Capabilities],
            _ => (string[])[.. s_docker, capabilities],
        }];
        var version = Version.Parse(kernel);
        FilterRules rules = DockerProfile.For(set, version);
        byte[] built = SeccompCompiler.Compile(DefaultSeccompProfile.For(set, Architecture.X64, version), Architecture.X64).Bpf;
        byte[] read = SeccompCompiler.Compile(SeccompProfileReader.Parse(DockerProfile.Json, set, Architecture.X64, version)!, Architecture.X64).Bpf;
        foreach ((string what, byte[] program) in built.AsSpan().SequenceEqual(read) ? [("built in, and Docker's file read", built)] : new[] { ("built in", built), ("Docker's file read", read) })
        {
            var comparison = new Comparison(rules, program);
            comparison.RunEdgeCases();
            output.WriteLine($"{capabilities}, Linux {kernel}, {what}: {comparison.Cases:n0} cases, {comparison.Stricter.Values.Sum(entry => entry.Count):n0} stricter, no other difference; {comparison.Lengths.Ours} instructions, libseccomp {comparison.Lengths.Theirs}");
            output.WriteLine($"  {comparison.ByTheProfilesWords:n0} cases by the profile's own words, this libseccomp being too old: {string.Join(' ', comparison.Unknown.Order())}");
            foreach ((string reason, (long count, string example)) in comparison.Stricter.OrderBy(entry => entry.Key))
            {
                output.WriteLine($"  stricter {count:n0} times, {reason}; {example}");
            }

            Assert.Equal(0, comparison.Contradictions);
            Assert.Equal(s_stricter, comparison.Stricter.Keys.Order(StringComparer.Ordinal));
        }
    }

    /// <summary>Every capability that the profile knows, alone: with fewer arguments, since these rules look at none.</summary>
    [Fact]
    public void Decides_as_libseccomp_for_each_capability()
    {
        long cases = 0;
        foreach (string capability in DockerProfile.Capabilities)
        {
            HashSet<string> set = [capability];
            var version = new Version(6, 1);
            var comparison = new Comparison(DockerProfile.For(set, version), SeccompCompiler.Compile(DefaultSeccompProfile.For(set, Architecture.X64, version), Architecture.X64).Bpf);
            foreach ((uint architecture, uint number) in EdgeCases.Numbers())
            {
                foreach (ulong value in (ulong[])[0, 8, 40, 0x1_00000028, 0x02000000, ulong.MaxValue])
                {
                    comparison.Compare(architecture, number, [value, value, value, value, value, value]);
                }
            }

            cases += comparison.Cases;
        }

        output.WriteLine($"{DockerProfile.Capabilities.Length} capabilities: {cases:n0} cases");
        Assert.True(DockerProfile.Capabilities.Length > 10);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Quai.Linux.Seccomp;
using Quai.Oci.Runtime;
using Quai.Runtime.SeccompFilters;
using Xunit.Abstractions;
using Profile = Quai.Oci.Runtime.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>
/// Profiles at random, with every operator, action and error number: libseccomp's decision, made stricter where the kernel takes less of
/// an argument than libseccomp compares. <c>QUAI_SECCOMP_SEED</c> repeats one, <c>QUAI_SECCOMP_ROUNDS</c> makes more.
/// </summary>
public sealed class RandomProfileTests(ITestOutputHelper output)
{
    private static readonly string[] s_defaults =
        ["SCMP_ACT_ERRNO", "SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW", "SCMP_ACT_ALLOW", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL", "SCMP_ACT_TRAP", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"];

    [Fact]
    public void Decide_as_libseccomp_or_stricter()
    {
        int rounds = Number("QUAI_SECCOMP_ROUNDS") ?? 60, seed = Number("QUAI_SECCOMP_SEED") ?? Environment.TickCount;
        int refused = 0;
        long cases = 0, contradictions = 0;
        var stricter = new Dictionary<string, long>();
        output.WriteLine($"seeds {seed} to {seed + rounds - 1}");
        for (int round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            Profile profile = RandomProfiles.Make(random);
            profile.DefaultAction = s_defaults[random.Next(s_defaults.Length)];
            profile.DefaultErrnoRet = (uint)random.Next(1, 100);
            FilterRules rules = Convert(profile);
            Comparison comparison;
            try
            {
                comparison = new Comparison(rules, SeccompCompiler.Compile(profile, Architecture.X64).Bpf);
                foreach ((uint architecture, uint number) in EdgeCases.Numbers())
                {
                    int calls = comparison.LooksAtArguments(architecture, number) ? 200 : 4;
                    for (int i = 0; i < calls; i++)
                    {
                        comparison.Compare(architecture, number, RandomProfiles.Arguments(random, architecture == AuditArch.I386));
                    }
                }
            }
            catch (Xunit.Sdk.XunitException error) when (error.Message.Contains("File exists", StringComparison.Ordinal))
            {
                // Two actions for one multiplexed call: libseccomp refuses the profile.
                refused++;
                continue;
            }
            catch (Xunit.Sdk.XunitException error)
            {
                throw new InvalidOperationException($"seed {seed + round}: {error.Message}", error);
            }

            cases += comparison.Cases;
            contradictions += comparison.Contradictions;
            foreach ((string reason, (long count, _)) in comparison.Stricter)
            {
                string kind = $"{reason.Split(' ')[0].TrimEnd(':')}: {(reason.Contains("bits") ? "the kernel takes other bits of an argument than libseccomp compares" : reason.Split(": ")[1].Split(" that the")[0])}";
                stricter[kind] = stricter.GetValueOrDefault(kind) + count;
            }
        }

        output.WriteLine($"{rounds - refused} profiles, {refused} more that libseccomp refuses");
        output.WriteLine($"{cases:n0} cases ({contradictions:n0} in which libseccomp contradicts the rules, compared with these), no difference but these:");
        foreach ((string kind, long count) in stricter.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"  stricter {count:n0} times, {kind}");
        }

        Assert.InRange(refused, 0, rounds / 10);
        Assert.True(contradictions < cases / 1000);
    }

    private static FilterRules Convert(Profile profile)
    {
        uint fallback = FilterRules.ActionOf(profile.DefaultAction, profile.DefaultErrnoRet ?? 1);
        var rules = new List<FilterRule>();
        foreach (SeccompSyscall entry in profile.Syscalls!)
        {
            FilterCondition[] conditions = [.. (entry.Args ?? []).Select(arg => new FilterCondition(arg.Index, FilterCondition.OperatorOf(arg.Op), arg.Value, arg.ValueTwo))];
            uint action = FilterRules.ActionOf(entry.Action, entry.ErrnoRet ?? 1);
            rules.AddRange(entry.Names.SelectMany(name => FilterRules.Split(name, action, fallback, conditions)));
        }

        return new FilterRules(fallback, [.. profile.Architectures!.Select(FilterRules.ArchitectureOf)], [.. rules], [.. profile.Syscalls!.SelectMany(entry => entry.Names)]);
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : null;
}

using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Seccomp;

/// <summary>
/// The calls through which kernels were broken from containers. The control takes away the filter, or gives the capability that opens it as Docker's profile does.
/// </summary>
public sealed class SystemCallEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const string Unconfined = "--security-opt seccomp=unconfined";

    private static readonly Attack[] s_everywhere =
    [
        Of("CVE-2022-0185: a user namespace by unshare", "unshare-user"),
        Of("CVE-2022-0185: a user and a network namespace by unshare", "unshare-net"),
        Of("CVE-2022-0185: the new mount calls, fsopen", "fsopen", "--cap-add SYS_ADMIN"),
        Of("CVE-2023-0386: a user namespace by clone", "clone-user"),
        Of("CVE-2023-0386: a user namespace by clone with bits above its flags", "clone-user-upper"),
        Of("CVE-2022-25636: a network namespace by clone with an upper half of ones", "clone-net-upper"),
        Of("CVE-2024-1086: a user namespace by clone3, whose flags no filter sees", "clone3-user"),
        Of("another namespace: setns with bits above the kind", "setns-self", "--cap-add SYS_ADMIN"),
        Of("Shocker (2014): a file of the host's by its handle, open_by_handle_at", "shocker", "--cap-add DAC_READ_SEARCH"),
        Of("CVE-2016-0728: a session keyring by keyctl", "keyctl"),
        Of("CVE-2016-0728: a session keyring by keyctl with bits above the int", "keyctl-upper"),
        Of("CVE-2017-15274: keys that no namespace parts, by add_key", "add-key"),
        Of("CVE-2017-17807: keys that no namespace parts, by request_key", "request-key"),
        Of("CVE-2021-3490: a BPF map", "bpf", "--cap-add BPF"),
        Of("CVE-2013-2094: perf_event_open of the whole processor", "perf", "--cap-add PERFMON"),
        Of("CVE-2018-18397: page faults held by userfaultfd", "userfaultfd"),
        Of("CVE-2022-29582: io_uring_setup", "io-uring"),
        Of("CVE-2009-1895: address randomization off by personality", "personality"),
        Of("CVE-2009-1895: address randomization off by personality with bits above the int", "personality-upper"),
        Of("the new mount calls: open_tree clones a mount", "open-tree", "--cap-add SYS_ADMIN"),
        Of("the kernel's log by syslog", "syslog", "--cap-add SYSLOG"),
        Of("CVE-2010-0415: move_pages", "move-pages"),
    ];

    private static readonly Attack[] s_byX86Calls =
    [
        Of("CVE-2022-0185: a user namespace by the 32-bit unshare", "unshare-user-32"),
        Of("CVE-2023-0386: a user namespace by the 32-bit clone", "clone-user-32"),
        Of("CVE-2016-0728: a session keyring by the 32-bit keyctl", "keyctl-32"),
        Of("CVE-2022-29582: io_uring_setup by its 32-bit call", "io-uring-32"),
    ];

    private static readonly Attack[] s_attacks = [.. s_everywhere, .. AttackProgram.HasX86Calls ? s_byX86Calls : []];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static Attack Of(string name, string attack, string opened = Unconfined) => new(name, scene => RunAsync(scene, attack, ""))
    {
        Opened = scene => RunAsync(scene, attack, opened),
    };

    private static Task<string?> RunAsync(Scene scene, string attack, string options)
    {
        if (attack != "shocker")
        {
            return AttackProgram.RunAsync(scene, options, $"attack {attack}");
        }

        string shared = scene.Scratch();
        return AttackProgram.RunAsync(scene, $"{options} -v {shared}:/shared:ro", $"attack shocker /shared {scene.HostSecret().Path}");
    }
}

using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Seccomp;

/// <summary>Sockets of the families that no network namespace holds back (AF_VSOCK, to the hypervisor) or that have been a way to root (AF_ALG).</summary>
public sealed class SocketFamilyEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_everywhere =
    [
        Of("AF_VSOCK, to the hypervisor: with bits above the int", "attack vsock-upper"),
        Of("AF_VSOCK, to the hypervisor: with an upper half of ones", "attack vsock-signed"),
        Of("AF_VSOCK, to the hypervisor: with the sign bit", "attack vsock-bit63"),
        Of("AF_VSOCK, to the hypervisor: with bits above the int, as another user", "attack vsock-upper", "-u 1000"),
        Of("AF_VSOCK, to the hypervisor: with bits above the int, with CAP_SYS_ADMIN", "attack vsock-upper", "--cap-add SYS_ADMIN"),
        Of("CVE-2026-31431: AF_ALG with bits above the int", "attack alg-upper"),
        new("AF_VSOCK, to the hypervisor: with bits above the int, by exec", scene => ExecAsync(scene, "attack vsock-upper")),
        new("AF_VSOCK, to the hypervisor: plainly", scene => AttackProgram.RunAsync(scene, "", "attack vsock-plain"))
        {
            Opened = scene => AttackProgram.RunAsync(scene, "--security-opt seccomp=unconfined", "attack vsock-plain"),
        },
    ];

    private static readonly Attack[] s_byX86Calls =
    [
        Of("AF_VSOCK, to the hypervisor: by socketcall of the 32-bit calls", "attack vsock-socketcall"),
        Of("AF_VSOCK, to the hypervisor: by socketcall of a 32-bit program", "attack32 40"),
        Of("CVE-2026-31431: AF_ALG by socketcall of the 32-bit calls", "attack alg-socketcall"),
        Of("CVE-2026-31431: AF_ALG by socketcall of a 32-bit program", "attack32 38"),
        new("AF_VSOCK, to the hypervisor: by socketcall, by exec", scene => ExecAsync(scene, "attack vsock-socketcall")),
        new("AF_VSOCK, to the hypervisor: by the 32-bit call", scene => AttackProgram.RunAsync(scene, "", "attack vsock-socket32"))
        {
            Opened = scene => AttackProgram.RunAsync(scene, "--security-opt seccomp=unconfined", "attack vsock-socket32"),
        },
    ];

    private static readonly Attack[] s_attacks = [.. s_everywhere, .. AttackProgram.HasX86Calls ? s_byX86Calls : []];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static Attack Of(string name, string command, string options = "") => new(name, scene => AttackProgram.RunAsync(scene, options, command));

    private static async Task<string?> ExecAsync(Scene scene, string command)
    {
        string image = await AttackProgram.LoadAsync(scene), container = scene.Engine.Name();
        await scene.Docker.OkAsync($"run -d --name {container} {image} sleep 1000");
        try
        {
            return AttackProgram.Judge(await scene.Docker.RunAsync($"exec {container} {command}"));
        }
        finally
        {
            await scene.Docker.RunAsync($"rm -f {container}");
        }
    }
}

using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Seccomp;

/// <summary>A user's own profile that refuses one thing: no other spelling of it gets through.</summary>
public sealed class OwnProfileEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_everywhere =
    [
        Of("own seccomp profile: AF_PACKET refused, asked for with bits above the int", "packet-upper", Rule("socket", 0, "SCMP_CMP_EQ", 17)),
        Of("own seccomp profile: a setuid mode refused, asked for with bits above its 16", "chmod-setuid-upper", Rule("chmod", 1, "SCMP_CMP_EQ", 0x9ed)),
        new("own seccomp profile: AF_PACKET refused, asked for plainly", scene => RunAsync(scene, "packet", Rule("socket", 0, "SCMP_CMP_EQ", 17)))
        {
            Opened = scene => AttackProgram.RunAsync(scene, "", "attack packet"),
        },
        new("own seccomp profile: a setuid mode refused, asked for plainly", scene => RunAsync(scene, "chmod-setuid", Rule("chmod", 1, "SCMP_CMP_EQ", 0x9ed)))
        {
            Opened = scene => AttackProgram.RunAsync(scene, "", "attack chmod-setuid"),
        },
    ];

    private static readonly Attack[] s_byX86Calls =
    [
        Of("own seccomp profile: raw sockets refused, asked for by socketcall", "raw-socketcall", Rule("socket", 1, "SCMP_CMP_MASKED_EQ", 0xf, 3)),
        Of("own seccomp profile: shmget refused, asked for by ipc with a version", "shmget-ipc-version", Rule("shmget")),
        new("own seccomp profile: shmget refused, asked for by ipc", scene => RunAsync(scene, "shmget-ipc", Rule("shmget")))
        {
            Opened = scene => AttackProgram.RunAsync(scene, "", "attack shmget-ipc"),
        },
    ];

    private static readonly Attack[] s_attacks = [.. s_everywhere, .. AttackProgram.HasX86Calls ? s_byX86Calls : []];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static Attack Of(string name, string attack, string rule) => new(name, scene => RunAsync(scene, attack, rule));

    private static string Rule(string call) => $$"""{ "names": ["{{call}}"], "action": "SCMP_ACT_ERRNO" }""";

    private static string Rule(string call, int index, string op, ulong value, ulong second = 0) =>
        $$"""{ "names": ["{{call}}"], "action": "SCMP_ACT_ERRNO", "args": [ { "index": {{index}}, "value": {{value}}, "valueTwo": {{second}}, "op": "{{op}}" } ] }""";

    private static Task<string?> RunAsync(Scene scene, string attack, string rule)
    {
        string profile = Path.Combine(scene.Scratch(), "profile.json");
        File.WriteAllText(profile, $$"""
            {
              "defaultAction": "SCMP_ACT_ALLOW",
              "archMap": [ { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] } ],
              "syscalls": [ {{rule}} ]
            }
            """);
        return AttackProgram.RunAsync(scene, $"--security-opt seccomp={profile}", $"attack {attack}");
    }
}

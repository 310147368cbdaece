using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Seccomp;

/// <summary>What 32-bit x86 programs keep and lose by the filter.</summary>
public sealed class ThirtyTwoBitProgramTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly Scene _scene = new(engine, TestEnvironment.BinDirectory, IsFirstVersion: false);

    [X86Fact]
    public async Task Make_sockets_by_the_direct_call() => Assert.NotNull(await AttackProgram.RunAsync(_scene, "", "attack inet-socket32"));

    [X86Fact(OnlyQuaid = "Docker leaves it to AppArmor and SELinux")]
    public async Task Do_not_make_them_by_socketcall()
    {
        string image = await AttackProgram.LoadAsync(_scene);
        (await _scene.Docker.RunAsync($"run --rm {image} attack inet-socketcall")).Expect(1, "inet-socketcall: Function not implemented\n", "");
    }

    /// <summary>A profile that allows sockets of all families has nothing to look for in their arguments.</summary>
    [X86Fact]
    public async Task Make_them_by_socketcall_where_a_profile_allows_all_families()
    {
        string profile = Path.Combine(_scene.Scratch(), "profile.json");
        await File.WriteAllTextAsync(profile, """
            {
              "defaultAction": "SCMP_ACT_ALLOW",
              "archMap": [ { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] } ],
              "syscalls": [ { "names": ["mount", "unshare"], "action": "SCMP_ACT_ERRNO" } ]
            }
            """);
        Assert.NotNull(await AttackProgram.RunAsync(_scene, $"--security-opt seccomp={profile}", "attack inet-socketcall"));
    }

    [X86Fact]
    public async Task Share_memory_by_ipc() => Assert.NotNull(await AttackProgram.RunAsync(_scene, "", "attack shmget-ipc"));
}

/// <summary>A test about 32-bit x86 programs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class X86FactAttribute : FactAttribute
{
    /// <summary>Why it says nothing of other engines; null when it does.</summary>
    public string? OnlyQuaid
    {
        get;
        set
        {
            field = value;
            if (value is not null && TestEnvironment.ForeignEngine is not null)
            {
                Skip = value;
            }
        }
    }

    /// <summary>Skips on other machines.</summary>
    public X86FactAttribute()
    {
        if (!AttackProgram.HasX86Calls)
        {
            Skip = "this machine runs no 32-bit x86 programs";
        }
    }
}

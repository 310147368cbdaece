namespace Quai.EndToEnd.Tests.Security;

/// <summary>Confinement by AppArmor where the machine has it (<c>eng/test-vm</c> does); elsewhere, that nothing pretends to it.</summary>
[Collection(MandatoryAccessCollection.Name)]
public sealed class AppArmorTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name, Current = "cat /proc/self/attr/current", Default = "docker-default (enforce)";
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("", Default)]
    [InlineData("--security-opt no-new-privileges", Default)]
    [InlineData("--security-opt seccomp=unconfined --cap-add ALL", Default)]
    [InlineData("-u alice --cap-drop ALL --read-only", Default)]
    [InlineData("--init -t", Default)]
    [InlineData("--security-opt apparmor=docker-default", Default)]
    [InlineData("--privileged", "unconfined")]
    [InlineData("--security-opt apparmor=unconfined", "unconfined")]
    public async Task The_profile_of_a_container(string options, string profile)
    {
        if (MandatoryAccess.AppArmor)
        {
            Assert.Equal(profile, await _docker.OkAsync($"run --rm {options} {Image} {Current}"));
        }
        else if (options.Contains("apparmor=docker-default", StringComparison.Ordinal) && TestEnvironment.ForeignEngine is null)
        {
            (await _docker.RunAsync($"run --rm {options} {Image} true")).ExpectFailure(125, "apparmor=docker-default cannot be kept: AppArmor is not enabled on this host");
        }
        else
        {
            Assert.DoesNotContain("docker-default", (await _docker.RunAsync($"run --rm {options} {Image} {Current}")).Stdout, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Inspect_and_info_tell_what_is_so()
    {
        string name = engine.Name();
        await _docker.OkAsync($"create --name {name} {Image} sleep 1000");
        Assert.Equal("", await _docker.InspectAsync(name, "{{.AppArmorProfile}}"));
        await _docker.OkAsync($"start {name}");
        Assert.Equal(MandatoryAccess.AppArmor ? "docker-default" : "", await _docker.InspectAsync(name, "{{.AppArmorProfile}}"));
        string info = await _docker.OkAsync("info -f '{{.SecurityOptions}}'");
        Assert.Equal(MandatoryAccess.AppArmor, info.Contains("name=apparmor", StringComparison.Ordinal));
        Assert.Contains("name=seccomp", info, StringComparison.Ordinal);

        // Who is not confined may end it.
        await _docker.OkAsync($"kill -s TERM {name}");
        await _docker.OkAsync($"kill {name}");
        Assert.Equal(MandatoryAccess.AppArmor ? "docker-default" : "", await _docker.InspectAsync(name, "{{.AppArmorProfile}}"));
    }

    [Fact]
    public async Task What_is_executed_in_a_container_is_confined_as_the_container_is()
    {
        string name = engine.Name(), open = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        await _docker.OkAsync($"run -d --name {open} --security-opt apparmor=unconfined {Image} sleep 1000");
        if (!MandatoryAccess.AppArmor)
        {
            Assert.DoesNotContain("docker-default", (await _docker.RunAsync($"exec {name} {Current}")).Stdout, StringComparison.Ordinal);
            return;
        }

        // As in Docker, a privileged exec is not a way out of the profile.
        Assert.Equal(Default, await _docker.OkAsync($"exec {name} {Current}"));
        Assert.Equal(Default, await _docker.OkAsync($"exec -u alice {name} {Current}"));
        Assert.Equal(Default, await _docker.OkAsync($"exec --privileged {name} {Current}"));
        Assert.Equal("unconfined", await _docker.OkAsync($"exec {open} {Current}"));
    }

    [Fact]
    public async Task A_profile_that_is_not_there_starts_nothing()
    {
        CommandResult run = await _docker.RunAsync($"run --rm --security-opt apparmor=no-such-profile {Image} true");
        if (MandatoryAccess.AppArmor)
        {
            Assert.True(run.ExitCode is not 0, run.ToString());
            Assert.Matches("unable to apply apparmor profile: apparmor failed to apply profile: write .*attr/apparmor/exec: no such file or directory", run.Stderr);
        }
        else if (TestEnvironment.ForeignEngine is null)
        {
            run.ExpectFailure(125, "--security-opt apparmor=no-such-profile cannot be kept: AppArmor is not enabled on this host");
        }
    }

    [Fact]
    public async Task A_profile_of_the_user_s_confines()
    {
        if (!MandatoryAccess.AppArmor)
        {
            return;
        }

        string profile = $"quai-e2e-{engine.Slot}", file = Path.Combine(engine.Scratch("profile"), profile);
        await File.WriteAllTextAsync(file, $"profile {profile} flags=(attach_disconnected,mediate_deleted) {{\n  file,\n  capability,\n  network,\n  signal,\n  deny /etc/passwd r,\n}}\n");
        (await RunningCommand.RunAsync("apparmor_parser", ["-Kr", file])).Expect();
        try
        {
            Assert.Equal($"{profile} (enforce)", await _docker.OkAsync($"run --rm --security-opt apparmor={profile} {Image} {Current}"));
            (await _docker.RunAsync($"run --rm --security-opt apparmor={profile} {Image} cat /etc/passwd")).ExpectFailure(1, "Permission denied");
            Assert.Equal($"{profile} (enforce)", await _docker.OkAsync($"run --rm --privileged --security-opt apparmor={profile} {Image} {Current}"));
        }
        finally
        {
            (await RunningCommand.RunAsync("apparmor_parser", ["-R", file])).Expect();
        }
    }

    [Fact]
    public async Task The_default_is_loaded_again_when_somebody_has_unloaded_it()
    {
        if (!MandatoryAccess.AppArmor)
        {
            return;
        }

        string name = engine.Name(), file = Path.Combine(engine.Scratch("default"), "docker-default");
        await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        await File.WriteAllTextAsync(file, "profile docker-default { }\n");
        (await RunningCommand.RunAsync("apparmor_parser", ["-R", file])).Expect();
        Assert.DoesNotContain("docker-default (", await File.ReadAllTextAsync("/sys/kernel/security/apparmor/profiles"), StringComparison.Ordinal);

        Assert.Equal(Default, await _docker.OkAsync($"run --rm {Image} {Current}"));
        Assert.Equal(Default, await _docker.OkAsync($"exec {name} {Current}"));
        await _docker.OkAsync($"rm -f {name}");
    }
}

namespace Quai.EndToEnd.Tests.Security;

/// <summary>Settings that cannot be kept are refused, and <c>quaid --validate</c> says so before anything is started.</summary>
public sealed class RefusedSettingsTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [QuaidTheory]
    [InlineData("{\"userns-remap\": \"default\"}", "--userns-remap=default is not available in this version of Quai, and root in a container would be root of the host")]
    [InlineData("{\"authorization-plugins\": [\"opa\"]}", "--authorization-plugin=opa (authorization-plugins in daemon.json) is not available")]
    [InlineData("{\"selinux-enabled\": true}", "--selinux-enabled is not available")]
    [InlineData("{\"default-runtime\": \"runsc\", \"runtimes\": {\"runsc\": {\"path\": \"/usr/bin/runsc\"}}}", "--default-runtime=runsc is not available")]
    [InlineData("{\"iptables\": false, \"icc\": false}", "You specified --iptables=false with --icc=false")]
    [InlineData("{\"tlscacert\": \"/ca.pem\"}", "--tlscacert is of no use without --tlsverify")]
    [InlineData("{\"seccomp-profile\": \"/nonexistent.json\"}", "opening seccomp profile (/nonexistent.json) failed")]
    [InlineData("{\"default-ulimits\": {\"nofiles\": {\"Name\": \"nofiles\", \"Hard\": 1, \"Soft\": 1}}}", "invalid ulimit type: nofiles")]
    public async Task Validate_says_what_is_refused(string file, string message)
    {
        CommandResult result = await ValidateAsync(file);
        result.ExpectFailure(1, "unable to configure the daemon with file", message);
        Assert.Equal("", result.Stdout);
    }

    [QuaidFact]
    public async Task Validate_takes_what_is_kept()
    {
        (await ValidateAsync("{\"userns-remap\": \"\", \"selinux-enabled\": false, \"no-new-privileges\": true, \"icc\": false, \"userland-proxy\": false, \"storage-driver\": \"overlay2\"}"))
            .Expect(0, "configuration OK\n", "");
    }

    [Theory]
    [InlineData("no-new-privileges:true", "1")]
    [InlineData("no-new-privileges=true", "1")]
    [InlineData("no-new-privileges", "1")]
    [InlineData("no-new-privileges:false", "0")]
    public async Task All_spellings_of_no_new_privileges_are_kept(string option, string expected) =>
        Assert.Equal($"NoNewPrivs:\t{expected}", await engine.Docker.OkAsync($"run --rm --security-opt {option} {BusyboxImage.Name} grep NoNewPrivs /proc/self/status"));

    private async Task<CommandResult> ValidateAsync(string file)
    {
        string path = Path.Combine(engine.Scratch(Guid.NewGuid().ToString("n")), "daemon.json");
        await File.WriteAllTextAsync(path, file);
        return await RunningCommand.RunAsync(Path.Combine(TestEnvironment.BinDirectory, "quaid"), ["--validate", "--config-file", path]);
    }
}

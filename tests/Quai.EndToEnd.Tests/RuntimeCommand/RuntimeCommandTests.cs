using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.RuntimeCommand;

/// <summary>quai-runtime by itself: the OCI runtime's verbs on a bundle, without any daemon.</summary>
public sealed class RuntimeCommandTests : RuntimeBundle
{
    [Fact]
    public async Task Run_gives_the_programs_output_and_exit_code_and_leaves_nothing()
    {
        await ConfigureAsync(["sh", "-c", "hostname; echo problem >&2; exit 7"]);
        CommandResult result = await RunAsync("run", "--bundle", Bundle, Id);
        Assert.Equal((7, "quai\n", "problem\n"), (result.ExitCode, result.Stdout, result.Stderr));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Work, "state")));
        Assert.Empty(Directory.EnumerateDirectories("/sys/fs/cgroup", Id, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }));
    }

    [Fact]
    public async Task A_created_container_waits_for_start()
    {
        await ConfigureAsync(["sh", "-c", "echo begun > /tmp/begun; exec sleep 1000"]);
        await RunningCommand.ShellAsync($"exec {Program} --root {Work}/state create --bundle {Bundle} {Id} </dev/null >/dev/null 2>&1");
        Assert.Equal("created", await StatusAsync());
        Assert.False(File.Exists(Path.Combine(Bundle, "rootfs", "tmp", "begun")));

        (await RunAsync("start", Id)).Expect();
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(Bundle, "rootfs", "tmp", "begun")) ? null : "the program has not begun");
        Assert.Equal("running", await StatusAsync());
        (await RunAsync("start", Id)).Expect(1);

        (await RunAsync("exec", Id, "sh", "-c", "hostname; exit 3")).Expect(3, "quai\n");
        (await RunAsync("pause", Id)).Expect();
        Assert.Equal("paused", await StatusAsync());
        (await RunAsync("resume", Id)).Expect();
        Assert.Single((await RunAsync("ps", Id)).Expect().Text.Split('\n'));

        (await RunAsync("delete", Id)).Expect(1);
        (await RunAsync("kill", Id, "KILL")).Expect();
        await Eventually.HoldsAsync(async () => await StatusAsync() == "stopped" ? null : "the container has not stopped");
        (await RunAsync("delete", Id)).Expect();
        (await RunAsync("state", Id)).Expect(1);
    }

    [Fact]
    public async Task Hooks_receive_the_state_and_the_last_ones_cannot_fail_the_container()
    {
        string seen = Path.Combine(Work, "seen");
        await ConfigureAsync(["true"], config => config["hooks"] = new JsonObject
        {
            ["prestart"] = new JsonArray(Hook($"cat > {seen}.prestart; echo $WHAT >> {seen}.prestart", "WHAT=b c")),
            ["poststop"] = new JsonArray(Hook($"cat > {seen}.poststop; echo no >&2; exit 3")),
        });
        CommandResult result = (await RunAsync("run", "--bundle", Bundle, Id)).Expect();
        Assert.Contains("failed with exit code 3: no", result.Stderr, StringComparison.Ordinal);
        string prestart = await File.ReadAllTextAsync(seen + ".prestart");
        Assert.EndsWith("b c\n", prestart, StringComparison.Ordinal);
        JsonNode state = JsonNode.Parse(prestart[..(prestart.LastIndexOf('}') + 1)])!;
        Assert.Equal((Id, "creating", Bundle), ((string?)state["id"], (string?)state["status"], (string?)state["bundle"]));
        Assert.Contains("\"stopped\"", await File.ReadAllTextAsync(seen + ".poststop"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_that_fails_or_does_not_end_stops_the_start()
    {
        await ConfigureAsync(["sh", "-c", "echo never"], config => config["hooks"] = new JsonObject { ["createRuntime"] = new JsonArray(Hook("exit 9")) });
        Assert.Contains("exit code 9", (await RunAsync("run", "--bundle", Bundle, Id)).Expect(1, "").Stderr, StringComparison.Ordinal);

        await ConfigureAsync(["sh", "-c", "echo never"], config =>
        {
            JsonObject hook = Hook("sleep 100");
            hook["timeout"] = 1;
            config["hooks"] = new JsonObject { ["createRuntime"] = new JsonArray(hook) };
        });
        Assert.Contains("did not end within its time", (await RunAsync("run", "--bundle", Bundle, Id)).Expect(1, "").Stderr, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Work, "state")));
    }

    [Theory]
    [InlineData("process.args", "5", "process.args must be an array")]
    [InlineData("process.args", "[\"true\", 7]", "process.args[1] must be a string")]
    [InlineData("process.user.uid", "-1", "process.user.uid must be a whole number between 0 and 4294967295")]
    [InlineData("linux.namespaces", "[{\"type\": \"nowhere\"}]", "nowhere")]
    [InlineData("root", "null", "names no root")]
    public async Task A_wrong_config_is_refused_in_one_sentence(string member, string value, string message)
    {
        await ConfigureAsync(["true"], config =>
        {
            string[] path = member.Split('.');
            JsonNode at = config;
            foreach (string part in path[..^1])
            {
                at = at[part]!;
            }

            at[path[^1]] = JsonNode.Parse(value);
        });
        CommandResult result = (await RunAsync("run", "--bundle", Bundle, Id)).Expect(1, "");
        Assert.Contains(message, result.Stderr, StringComparison.Ordinal);
        Assert.Single(result.Stderr.Trim().Split('\n'));
        Assert.False(Directory.Exists(Path.Combine(Work, "state", Id)));
    }

    [Fact]
    public async Task A_program_that_does_not_exist_leaves_nothing()
    {
        await ConfigureAsync(["/bin/nothing"]);
        CommandResult result = (await RunAsync("run", "--bundle", Bundle, Id)).Expect(1, "");
        Assert.Contains("/bin/nothing", result.Stderr, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Work, "state", Id)));
    }
}

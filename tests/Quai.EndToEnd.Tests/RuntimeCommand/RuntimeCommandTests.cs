using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.RuntimeCommand;

/// <summary>quai-runtime by itself: the OCI runtime's verbs on a bundle, without any daemon.</summary>
public sealed class RuntimeCommandTests : IDisposable
{
    private readonly string _work = Directory.CreateTempSubdirectory("quai-runtime-").FullName;
    private readonly string _id = "t" + Guid.NewGuid().ToString("N")[..12];

    public RuntimeCommandTests()
    {
        string root = Path.Combine(_work, "bundle", "rootfs");
        foreach (string directory in (string[])["bin", "dev", "proc", "sys", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        File.Copy("/bin/busybox", Path.Combine(root, "bin", "busybox"));
        foreach (string applet in (string[])["sh", "true", "sleep", "cat", "hostname", "id", "ls"])
        {
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        }
    }

    private string Bundle => Path.Combine(_work, "bundle");

    public void Dispose()
    {
        RunAsync("delete", "--force", _id).GetAwaiter().GetResult();
        Directory.Delete(_work, recursive: true);
    }

    [Fact]
    public async Task Run_gives_the_programs_output_and_exit_code_and_leaves_nothing()
    {
        await ConfigureAsync(["sh", "-c", "hostname; echo problem >&2; exit 7"]);
        CommandResult result = await RunAsync("run", "--bundle", Bundle, _id);
        Assert.Equal((7, "quai\n", "problem\n"), (result.ExitCode, result.Stdout, result.Stderr));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_work, "state")));
        Assert.Empty(Directory.EnumerateDirectories("/sys/fs/cgroup", _id, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }));
    }

    [Fact]
    public async Task A_created_container_waits_for_start()
    {
        await ConfigureAsync(["sh", "-c", "echo begun > /tmp/begun; exec sleep 1000"]);
        await RunningCommand.ShellAsync($"exec {Path.Combine(TestEnvironment.BinDirectory, "quai-runtime")} --root {_work}/state create --bundle {Bundle} {_id} </dev/null >/dev/null 2>&1");
        Assert.Equal("created", await StatusAsync());
        Assert.False(File.Exists(Path.Combine(Bundle, "rootfs", "tmp", "begun")));

        (await RunAsync("start", _id)).Expect();
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(Bundle, "rootfs", "tmp", "begun")) ? null : "the program has not begun");
        Assert.Equal("running", await StatusAsync());
        (await RunAsync("start", _id)).Expect(1);

        (await RunAsync("exec", _id, "sh", "-c", "hostname; exit 3")).Expect(3, "quai\n");
        (await RunAsync("pause", _id)).Expect();
        Assert.Equal("paused", await StatusAsync());
        (await RunAsync("resume", _id)).Expect();
        Assert.Single((await RunAsync("ps", _id)).Expect().Text.Split('\n'));

        (await RunAsync("delete", _id)).Expect(1);
        (await RunAsync("kill", _id, "KILL")).Expect();
        await Eventually.HoldsAsync(async () => await StatusAsync() == "stopped" ? null : "the container has not stopped");
        (await RunAsync("delete", _id)).Expect();
        (await RunAsync("state", _id)).Expect(1);
    }

    [Fact]
    public async Task Hooks_receive_the_state_and_the_last_ones_cannot_fail_the_container()
    {
        string seen = Path.Combine(_work, "seen");
        await ConfigureAsync(["true"], config => config["hooks"] = new JsonObject
        {
            ["prestart"] = new JsonArray(Hook($"cat > {seen}.prestart; echo $WHAT >> {seen}.prestart", "WHAT=b c")),
            ["poststop"] = new JsonArray(Hook($"cat > {seen}.poststop; echo no >&2; exit 3")),
        });
        CommandResult result = (await RunAsync("run", "--bundle", Bundle, _id)).Expect();
        Assert.Contains("failed with exit code 3: no", result.Stderr, StringComparison.Ordinal);
        string prestart = await File.ReadAllTextAsync(seen + ".prestart");
        Assert.EndsWith("b c\n", prestart, StringComparison.Ordinal);
        JsonNode state = JsonNode.Parse(prestart[..(prestart.LastIndexOf('}') + 1)])!;
        Assert.Equal((_id, "created", Bundle), ((string?)state["id"], (string?)state["status"], (string?)state["bundle"]));
        Assert.Contains("\"stopped\"", await File.ReadAllTextAsync(seen + ".poststop"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_that_fails_or_does_not_end_stops_the_start()
    {
        await ConfigureAsync(["sh", "-c", "echo never"], config => config["hooks"] = new JsonObject { ["createRuntime"] = new JsonArray(Hook("exit 9")) });
        Assert.Contains("exit code 9", (await RunAsync("run", "--bundle", Bundle, _id)).Expect(1, "").Stderr, StringComparison.Ordinal);

        await ConfigureAsync(["sh", "-c", "echo never"], config =>
        {
            JsonObject hook = Hook("sleep 100");
            hook["timeout"] = 1;
            config["hooks"] = new JsonObject { ["createRuntime"] = new JsonArray(hook) };
        });
        Assert.Contains("did not end within 1 seconds", (await RunAsync("run", "--bundle", Bundle, _id)).Expect(1, "").Stderr, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_work, "state")));
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
        CommandResult result = (await RunAsync("run", "--bundle", Bundle, _id)).Expect(1, "");
        Assert.Contains(message, result.Stderr, StringComparison.Ordinal);
        Assert.Single(result.Stderr.Trim().Split('\n'));
        Assert.False(Directory.Exists(Path.Combine(_work, "state", _id)));
    }

    [Fact]
    public async Task A_program_that_does_not_exist_leaves_nothing()
    {
        await ConfigureAsync(["/bin/nothing"]);
        CommandResult result = (await RunAsync("run", "--bundle", Bundle, _id)).Expect(1, "");
        Assert.Contains("/bin/nothing", result.Stderr, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_work, "state", _id)));
    }

    private static JsonObject Hook(string script, params string[] environment) => new()
    {
        ["path"] = "/bin/sh",
        ["args"] = new JsonArray("sh", "-c", script),
        ["env"] = new JsonArray([.. environment.Append("PATH=/usr/bin:/bin").Select(e => (JsonNode)e)]),
    };

    private async Task ConfigureAsync(string[] arguments, Action<JsonObject>? change = null)
    {
        string path = Path.Combine(Bundle, "config.json");
        File.Delete(path);
        (await RunAsync("spec", "--bundle", Bundle)).Expect();
        JsonObject config = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();
        config["process"]!["terminal"] = false;
        config["process"]!["args"] = new JsonArray([.. arguments.Select(a => (JsonNode)a)]);
        config["root"]!["readonly"] = false;
        change?.Invoke(config);
        await File.WriteAllTextAsync(path, config.ToJsonString());
    }

    private async Task<string?> StatusAsync() => (string?)JsonNode.Parse((await RunAsync("state", _id)).Expect().Stdout)!["status"];

    private Task<CommandResult> RunAsync(params string[] arguments) =>
        RunningCommand.RunAsync(Path.Combine(TestEnvironment.BinDirectory, "quai-runtime"), ["--root", Path.Combine(_work, "state"), .. arguments]);
}

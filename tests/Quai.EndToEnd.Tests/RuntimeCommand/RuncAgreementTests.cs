using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;

namespace Quai.EndToEnd.Tests.RuntimeCommand;

/// <summary>What callers of runc rely on: exit codes, which flags there are, what hooks and lists hold. All of it holds for runc 1.1, too.</summary>
public sealed class RuncAgreementTests : RuntimeBundle
{
    [Theory]
    [InlineData("{\"args\":[],\"cwd\":\"/\"}")]
    [InlineData("{\"args\":null,\"cwd\":\"/\"}")]
    [InlineData("{\"args\":[\"\"],\"cwd\":\"/\"}")]
    [InlineData("{\"args\":[\"true\"],\"cwd\":\"tmp\"}")]
    [InlineData("{\"args\":[7],\"cwd\":\"/\"}")]
    [InlineData("{\"args\":[\"true\"],\"cwd\":\"/\",\"user\":{\"uid\":-1}}")]
    [InlineData("{\"args\":[\"true\"],\"cwd\":\"/\",\"rlimits\":[{\"type\":\"RLIMIT_NONE\",\"hard\":1,\"soft\":1}]}")]
    [InlineData("{\"args\":[\"/bin/nothing\"],\"cwd\":\"/\"}")]
    [InlineData("{\"args\":")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_process_that_cannot_be_executed_is_told_in_a_sentence_with_255(string document)
    {
        await StartAsync("sleep", "1000");
        string file = Path.Combine(Work, "process.json");
        await File.WriteAllTextAsync(file, document);
        ExpectSentence(await RunAsync("exec", "--process", file, Id), 255);
    }

    [Theory]
    [InlineData(255, "exec", "ID", "nothing")]
    [InlineData(255, "exec", "ID")]
    [InlineData(255, "exec", "nobody", "true")]
    [InlineData(255, "exec", "--user", "root:x", "ID", "true")]
    [InlineData(255, "exec", "--process", "/no/such/file", "ID")]
    [InlineData(255, "exec", "--process", "/", "ID")]
    [InlineData(255, "exec", "--preserve-fds", "50", "ID", "true")]
    [InlineData(1, "exec", "--nonsense", "ID", "true")]
    [InlineData(1, "--nonsense", "state", "ID")]
    [InlineData(1, "state", "--nonsense", "ID")]
    [InlineData(1, "run", "--nonsense", "ID")]
    [InlineData(1, "state", "ID", "other")]
    [InlineData(1, "state")]
    [InlineData(1, "list", "--format", "yaml")]
    [InlineData(1, "ps", "--format", "yaml", "ID")]
    [InlineData(1, "update", "--memory", "much", "ID")]
    [InlineData(1, "update", "--pids-limit", "many", "ID")]
    [InlineData(1, "events", "--interval", "soon", "ID")]
    [InlineData(1, "kill", "ID", "NONSENSE")]
    [InlineData(1, "run", "ID")]
    [InlineData(1, "--log-format", "xml", "list")]
    [InlineData(3, "nonsense")]
    public async Task What_cannot_be_done_has_runcs_exit_code(int code, params string[] words)
    {
        await StartAsync("sleep", "1000");
        (await RunAsync([.. words.Select(w => w == "ID" ? Id : w)])).Expect(code);
    }

    [Theory]
    [InlineData("--preserve-fds 2")]
    [InlineData("--preserve-fds=2")]
    public async Task Descriptors_that_are_to_be_kept_reach_the_program(string option)
    {
        await ConfigureAsync(["sh", "-c", "cat <&3; cat <&4"]);
        CommandResult result = await RunningCommand.RunAsync("/bin/bash", ["-c", $"exec {Program} --root {Work}/state run {option} --bundle {Bundle} {Id} 3<<<three 4<<<four"]);
        result.Expect(0, "three\nfour\n");
    }

    [Fact]
    public async Task Descriptors_that_are_to_be_kept_reach_a_further_process()
    {
        await StartAsync("sleep", "1000");
        CommandResult result = await RunningCommand.RunAsync("/bin/bash", ["-c", $"exec {Program} --root {Work}/state exec --preserve-fds 1 {Id} cat /proc/self/fd/3 3<<<three"]);
        result.Expect(0, "three\n");
    }

    [Theory]
    [InlineData("bounding", "CAP_NONSENSE")]
    [InlineData("effective", "CAP_")]
    [InlineData("ambient", "CAP_OF_TOMORROW")]
    public async Task A_capability_that_nobody_knows_is_a_warning(string set, string name)
    {
        await ConfigureAsync(["sh", "-c", "echo begun"], config => config["process"]!["capabilities"]![set] = new JsonArray("CAP_KILL", name));
        CommandResult result = (await RunAsync("run", "--bundle", Bundle, Id)).Expect(0, "begun\n");
        Assert.Contains($"ignoring unknown or unavailable capabilities: [{name}]", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "createRuntime", "exit 9")]
    [InlineData("run", "prestart", "exit 9")]
    [InlineData("create", "createRuntime", "exit 9")]
    [InlineData("run", "mount", "")]
    [InlineData("run", "program", "")]
    public async Task The_last_hooks_run_after_a_start_that_failed(string verb, string failing, string script)
    {
        string seen = Path.Combine(Work, "seen");
        await ConfigureAsync([failing == "program" ? "/bin/nothing" : "true"], config =>
        {
            config["hooks"] = new JsonObject { ["poststop"] = new JsonArray(Hook($"cat > {seen}")) };
            if (failing == "mount")
            {
                config["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = "/x", ["type"] = "bind", ["source"] = "/no/such/folder", ["options"] = new JsonArray("bind") });
            }
            else if (failing != "program")
            {
                config["hooks"]![failing] = new JsonArray(Hook(script));
            }
        });
        (await RunAsync(verb, "--bundle", Bundle, Id)).Expect(1, "");
        JsonNode state = JsonNode.Parse(await File.ReadAllTextAsync(seen))!;
        Assert.Equal((Id, "stopped"), ((string?)state["id"], (string?)state["status"]));
        (await RunAsync("state", Id)).Expect(1);
    }

    [Fact]
    public async Task A_list_tells_root_time_and_owner()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-1);
        await StartAsync("sleep", "1000");
        JsonNode entry = JsonNode.Parse((await RunAsync("list", "--format", "json")).Expect().Stdout)!.AsArray().Single()!;
        Assert.Equal((Id, "running", Bundle, Path.Combine(Bundle, "rootfs"), "root"),
            ((string?)entry["id"], (string?)entry["status"], (string?)entry["bundle"], (string?)entry["rootfs"], (string?)entry["owner"]));
        Assert.InRange((DateTimeOffset)entry["created"]!, before, DateTimeOffset.UtcNow);
        string table = (await RunAsync("list")).Expect().Stdout;
        Assert.EndsWith("OWNER", table.Split('\n')[0].Trim(), StringComparison.Ordinal);
        Assert.EndsWith("root", table.Split('\n')[1].Trim(), StringComparison.Ordinal);
        (await RunAsync("list", "--quiet")).Expect(0, Id + "\n");
    }

    [Fact]
    public async Task The_log_gets_why_a_command_failed()
    {
        string log = Path.Combine(Work, "log.json");
        (await RunAsync("--log", log, "--log-format", "json", "state", "nobody")).Expect(1);
        JsonNode line = JsonNode.Parse((await File.ReadAllLinesAsync(log))[^1])!;
        Assert.Equal("error", (string?)line["level"]);
        Assert.Contains("does not exist", (string?)line["msg"], StringComparison.Ordinal);
    }

    private static void ExpectSentence(CommandResult result, int code)
    {
        result.Expect(code, "");
        Assert.Single(result.Stderr.Trim().Split('\n'));
        Assert.DoesNotContain("nhandled", result.Stderr, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;
using static Quai.EndToEnd.Tests.RuntimeCommand.Conformance.Candidate;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>runtime.md and bundle.md: operations, states, errors.</summary>
internal static class LifecycleRequirements
{
    public static IEnumerable<Requirement> All =>
    [
        new("bundle.md", "a bundle without config.json is an error", "MUST", async c =>
            Expect((await c.CallAsync("create", "--bundle", c.Work, c.Id)).ExitCode != 0, "it was accepted")),
        new("runtime.md State", "state has ociVersion, id, status, pid, bundle and annotations", "MUST", async c =>
        {
            c.Config["annotations"] = Json("""{"org.example.key": "value of it"}""");
            await c.CreateAsync();
            JsonObject state = await c.StateAsync();
            Same(c.Id, (string)state["id"]!);
            Same("created", (string)state["status"]!);
            Same(c.Bundle, (string)state["bundle"]!);
            Same("value of it", (string)state["annotations"]!["org.example.key"]!);
            Expect(Directory.Exists($"/proc/{(int)state["pid"]!}"), "the pid is no process");
            Expect(((string)state["ociVersion"]!).StartsWith("1.", StringComparison.Ordinal), "no version");
        }),
        new("runtime.md State", "status goes from created to running to stopped", "MUST", async c =>
        {
            await c.CreateAsync();
            Same("created", (string)(await c.StateAsync())["status"]!);
            await c.DoAsync("start", c.Id);
            Same("running", (string)(await c.StateAsync())["status"]!);
            await c.DoAsync("kill", c.Id, "KILL");
            await c.AwaitAsync("stopped");
        }),
        new("runtime.md Lifecycle 2", "the program is not run by create", "MUST", async c =>
        {
            await c.CreateAsync("echo run >/tmp/run");
            await Task.Delay(200);
            Expect(!File.Exists(Path.Combine(c.Root, "tmp/run")), "it was run");
        }),
        new("runtime.md Lifecycle 2", "later changes of config.json do not affect the container", "MUST", async c =>
        {
            await c.CreateAsync("echo first; hostname");
            File.WriteAllText(Path.Combine(c.Bundle, "config.json"), "{}");
            await c.DoAsync("start", c.Id);
            await c.AwaitAsync("stopped");
            Same("first\nconform\n", await c.PrintedAsync());
            await c.DoAsync("delete", c.Id);
        }),
        new("runtime.md Lifecycle 8", "start runs the program", "MUST", async c =>
        {
            await c.StartAsync("echo ran");
            await c.AwaitAsync("stopped");
            Same("ran\n", await c.PrintedAsync());
        }),
        new("runtime.md Errors", "a failed create leaves nothing", "MUST", async c =>
        {
            c.Process["args"] = new JsonArray("/bin/true");
            c.Mount("/bin/sub", "nosuchfs", "none");
            await c.RefusedAsync();
            Expect(!Directory.Exists("/sys/fs/cgroup/memory/quai-conformance/" + c.Id) && !Directory.Exists("/sys/fs/cgroup/quai-conformance/" + c.Id), "there is a cgroup");
        }),
        new("runtime.md Query State", "state without an id is an error", "MUST", async c => Expect((await c.CallAsync("state")).ExitCode != 0, "no error")),
        new("runtime.md Query State", "state of a container that does not exist is an error", "MUST", async c => Expect((await c.CallAsync("state", "nobody")).ExitCode != 0, "no error")),
        new("runtime.md Create", "create without an id is an error", "MUST", async c => Expect((await c.CallAsync("create", "--bundle", c.Bundle)).ExitCode != 0, "no error")),
        new("runtime.md Create", "an id that is used already is an error, and the first container stays", "MUST", async c =>
        {
            await c.CreateAsync();
            Expect((await c.TryCreateAsync()).ExitCode != 0, "no error");
            Same("created", (string)(await c.StateAsync())["status"]!);
        }),
        new("runtime.md Create", "an id that is no name is an error", "MUST", async c => Expect((await c.CallAsync("create", "--bundle", c.Bundle, "../x")).ExitCode != 0, "no error")),
        new("runtime.md Create", "a property that cannot be applied is an error", "MUST", async c =>
        {
            c.Linux["sysctl"] = Json("""{"net.no.such": "1"}""");
            await c.RefusedAsync();
        }),
        new("runtime.md Start", "start without an id is an error", "MUST", async c => Expect((await c.CallAsync("start")).ExitCode != 0, "no error")),
        new("runtime.md Start", "start of a running container is an error without effect", "MUST", async c =>
        {
            await c.StartAsync();
            Expect((await c.CallAsync("start", c.Id)).ExitCode != 0, "no error");
            Same("running", (string)(await c.StateAsync())["status"]!);
        }),
        new("runtime.md Start", "start of a stopped container is an error", "MUST", async c =>
        {
            await c.StartAsync("true");
            await c.AwaitAsync("stopped");
            Expect((await c.CallAsync("start", c.Id)).ExitCode != 0, "no error");
        }),
        new("runtime.md Start", "a container without a process cannot be started", "MUST", async c =>
        {
            c.Config.Remove("process");
            CommandResult created = await c.TryCreateAsync();
            Expect(created.ExitCode != 0 || (await c.CallAsync("start", c.Id)).ExitCode != 0, "no error");
        }),
        new("runtime.md Kill", "kill without an id is an error", "MUST", async c => Expect((await c.CallAsync("kill")).ExitCode != 0, "no error")),
        new("runtime.md Kill", "kill of a stopped container is an error", "MUST", async c =>
        {
            await c.StartAsync("true");
            await c.AwaitAsync("stopped");
            Expect((await c.CallAsync("kill", c.Id, "TERM")).ExitCode != 0, "no error");
        }),
        new("runtime.md Kill", "kill sends the signal to the program", "MUST", async c =>
        {
            await c.StartAsync("trap 'echo got; exit 0' USR1; echo ready; while :; do sleep 0.05; done");
            await Eventually.HoldsAsync(async () => await c.PrintedAsync() == "ready\n" ? null : "the program is not ready");
            await c.DoAsync("kill", c.Id, "USR1");
            await c.AwaitAsync("stopped");
            Same("ready\ngot\n", await c.PrintedAsync());
        }),
        new("runtime.md Kill", "kill of a created container ends it", "MUST", async c =>
        {
            await c.CreateAsync();
            await c.DoAsync("kill", c.Id, "KILL");
            await c.AwaitAsync("stopped");
        }),
        new("runtime.md Delete", "delete without an id is an error", "MUST", async c => Expect((await c.CallAsync("delete")).ExitCode != 0, "no error")),
        new("runtime.md Delete", "delete of a running container is an error without effect", "MUST", async c =>
        {
            await c.StartAsync();
            Expect((await c.CallAsync("delete", c.Id)).ExitCode != 0, "no error");
            Same("running", (string)(await c.StateAsync())["status"]!);
        }),
        new("runtime.md Delete", "delete removes what create made: state, cgroups, processes", "MUST", async c =>
        {
            await c.StartAsync("sleep 1000 & exec sleep 2000");
            int pid = (int)(await c.StateAsync())["pid"]!;
            await c.DoAsync("kill", c.Id, "KILL");
            await c.AwaitAsync("stopped");
            await c.DoAsync("delete", c.Id);
            Expect((await c.CallAsync("state", c.Id)).ExitCode != 0, "there is a state");
            Expect(!File.Exists($"/proc/{pid}/stat") || (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Contains(") Z", StringComparison.Ordinal), "there is a process");
            Expect(!Directory.Exists("/sys/fs/cgroup/memory/quai-conformance/" + c.Id) && !Directory.Exists("/sys/fs/cgroup/quai-conformance/" + c.Id), "there is a cgroup");
        }),
        new("runtime.md Delete", "delete leaves what it did not make", "MUST", async c =>
        {
            await c.StartAsync("touch /tmp/kept");
            await c.AwaitAsync("stopped");
            await c.DoAsync("delete", c.Id);
            Expect(File.Exists(Path.Combine(c.Root, "tmp/kept")), "the root is gone");
        }),
        new("runtime.md Delete", "an id may be used again after delete", "SHOULD", async c =>
        {
            await c.StartAsync("true");
            await c.AwaitAsync("stopped");
            await c.DoAsync("delete", c.Id);
            await c.CreateAsync();
        }),
        new("features.md", "features is a document with versions, hooks and mount options", "MUST", async c =>
        {
            JsonObject features = JsonNode.Parse(await c.DoAsync("features"))!.AsObject();
            Expect(features["ociVersionMin"] is not null && features["ociVersionMax"] is not null, "no versions");
            string[] options = [.. features["mountOptions"]!.AsArray().Select(o => (string)o!)];
            foreach (string option in (string[])["ro", "rbind", "relatime", "remount", "nosuid", "lazytime", "rro"])
            {
                Expect(options.Contains(option), "no option " + option);
            }
        }),
    ];
}

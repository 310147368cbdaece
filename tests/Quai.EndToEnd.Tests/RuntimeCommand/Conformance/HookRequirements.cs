using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;
using static Quai.EndToEnd.Tests.RuntimeCommand.Conformance.Candidate;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>config.md, POSIX-platform Hooks, and where runtime.md has them in the lifecycle.</summary>
internal static class HookRequirements
{
    private static readonly string[] s_moments = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    public static IEnumerable<Requirement> All =>
    [
        .. s_moments.Where(m => m != "startContainer").Select(moment => new Requirement("config.md Hooks", $"{moment} hooks get the state on their standard input", "MUST", async c =>
        {
            c.Config["annotations"] = Json("""{"org.example.key": "value"}""");
            c.Hook(moment, $"cat >{c.Work}/state.json");
            await c.StartAsync("true");
            await c.AwaitAsync("stopped");
            await c.DoAsync("delete", c.Id);
            JsonObject state = JsonNode.Parse(await File.ReadAllTextAsync($"{c.Work}/state.json"))!.AsObject();
            Same(c.Id, (string)state["id"]!);
            Same(c.Bundle, (string)state["bundle"]!);
            Same("value", (string)state["annotations"]!["org.example.key"]!);
            string status = (string)state["status"]!;
            Expect(moment switch { "poststart" => status is "running" or "stopped", "poststop" => status == "stopped", _ => status is "creating" or "created" }, $"status is {status}");
        })),
        new("config.md startContainer", "startContainer hooks get the state on their standard input", "MUST", async c =>
        {
            c.Hook("startContainer", "/bin/cat >/tmp/state.json", "/bin/sh");
            await c.StartAsync();
            JsonObject state = JsonNode.Parse(await File.ReadAllTextAsync($"{c.Root}/tmp/state.json"))!.AsObject();
            Same(c.Id, (string)state["id"]!);
            Same((string)(await c.StateAsync())["pid"]!.ToJsonString(), state["pid"]!.ToJsonString());
        }),
        new("config.md Hooks", "hooks of the runtime's namespaces see the pid of the container's process", "MUST", async c =>
        {
            c.Hook("createRuntime", $"tr -d ' \\n' | grep -o '\"pid\":[0-9]*' >{c.Work}/pid");
            await c.CreateAsync();
            Same($"\"pid\":{(int)(await c.StateAsync())["pid"]!}", (await File.ReadAllTextAsync($"{c.Work}/pid")).Trim());
        }),
        new("config.md Hooks", "hooks are called in the listed order, and the moments in theirs", "MUST", async c =>
        {
            foreach (string moment in s_moments)
            {
                string log = moment == "startContainer" ? "/tmp/order" : $"{c.Root}/tmp/order";
                c.Hook(moment, $"echo {moment} 1 >>{log}");
                c.Hook(moment, $"echo {moment} 2 >>{log}");
            }

            await c.CreateAsync("echo program >>/tmp/order; sleep 0.3");
            Same("prestart 1\nprestart 2\ncreateRuntime 1\ncreateRuntime 2\ncreateContainer 1\ncreateContainer 2\n", await File.ReadAllTextAsync($"{c.Root}/tmp/order"));
            await c.DoAsync("start", c.Id);
            await c.AwaitAsync("stopped");
            await c.DoAsync("delete", c.Id);
            string[] lines = (await File.ReadAllTextAsync($"{c.Root}/tmp/order")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Same("startContainer 1,startContainer 2", string.Join(',', lines[6..8]));
            Expect(lines.Contains("program") && Array.IndexOf(lines, "poststart 2") == Array.IndexOf(lines, "poststart 1") + 1 || lines.Contains("poststart 2"), string.Join(',', lines));
            Same("poststop 1,poststop 2", string.Join(',', lines[^2..]));
        }),
        new("config.md Hooks", "arguments and environment are passed as they are", "MUST", async c =>
        {
            c.Config["hooks"] = new JsonObject
            {
                ["createRuntime"] = new JsonArray(new JsonObject
                {
                    ["path"] = "/bin/sh", ["args"] = new JsonArray("name", "-c", $"echo $0:$1:$KEY >{c.Work}/seen", "zero", "one two"), ["env"] = new JsonArray("KEY=some value"),
                }),
            };
            await c.CreateAsync();
            Same("zero:one two:some value", (await File.ReadAllTextAsync($"{c.Work}/seen")).Trim());
        }),
        .. ((string[])["prestart", "createRuntime"]).Select(moment => new Requirement("config.md " + moment, $"{moment} hooks are in the runtime's namespaces, before the root is changed", "MUST", async c =>
        {
            c.Hook(moment, $"readlink /proc/self/ns/uts >{c.Work}/ns; pid=$(tr -d ' \\n' | grep -o '\"pid\":[0-9]*' | grep -o '[0-9]*'); stat -L -c %d:%i /proc/$pid/root/ >{c.Work}/root");
            await c.CreateAsync();
            Same(new FileInfo("/proc/self/ns/uts").LinkTarget!, (await File.ReadAllTextAsync($"{c.Work}/ns")).Trim());
            string host = (await RunningCommand.ShellAsync("stat -L -c %d:%i /")).Trim();
            Same(host, (await File.ReadAllTextAsync($"{c.Work}/root")).Trim());
        })),
        new("config.md createContainer", "createContainer hooks are found in the runtime's files and run in the container's namespaces, before the root is changed", "MUST", async c =>
        {
            c.Hook("createContainer", $"hostname >{c.Work}/name; test -d {c.Bundle} && echo outside >>{c.Work}/name");
            await c.CreateAsync();
            Same("conform\noutside\n", await File.ReadAllTextAsync($"{c.Work}/name"));
        }),
        new("config.md startContainer", "startContainer hooks are found in the container's files, and run in its namespaces", "MUST", async c =>
        {
            c.Hook("startContainer", "/bin/hostname >/tmp/name; test -e /usr || echo inside >>/tmp/name");
            await c.CreateAsync();
            Expect(!File.Exists($"{c.Root}/tmp/name"), "it was run by create");
            await c.DoAsync("start", c.Id);
            await c.AwaitAsync("running");
            Same("conform\ninside\n", await File.ReadAllTextAsync($"{c.Root}/tmp/name"));
        }),
        new("config.md poststart", "poststart hooks are run before start returns, in the runtime's namespaces", "MUST", async c =>
        {
            c.Hook("poststart", $"readlink /proc/self/ns/uts >{c.Work}/ns");
            await c.CreateAsync();
            Expect(!File.Exists($"{c.Work}/ns"), "it was run by create");
            await c.DoAsync("start", c.Id);
            Same(new FileInfo("/proc/self/ns/uts").LinkTarget!, (await File.ReadAllTextAsync($"{c.Work}/ns")).Trim());
        }),
        new("config.md poststop", "poststop hooks are run by delete, once the container is gone", "MUST", async c =>
        {
            c.Hook("poststop", $"readlink /proc/self/ns/uts >{c.Work}/ns");
            await c.StartAsync("true");
            await c.AwaitAsync("stopped");
            Expect(!File.Exists($"{c.Work}/ns"), "it was run before");
            await c.DoAsync("delete", c.Id);
            Same(new FileInfo("/proc/self/ns/uts").LinkTarget!, (await File.ReadAllTextAsync($"{c.Work}/ns")).Trim());
        }),
        .. ((string[])["prestart", "createRuntime", "createContainer"]).Select(moment => new Requirement("runtime.md Lifecycle", $"a {moment} hook that fails is an error, and the container is destroyed", "MUST", async c =>
        {
            c.Hook(moment, "echo why >&2; exit 3");
            await c.RefusedAsync();
        })),
        new("runtime.md Lifecycle 7", "a startContainer hook that fails stops the container without running its program", "MUST", async c =>
        {
            c.Hook("startContainer", "exit 3");
            await c.CreateAsync("touch /tmp/ran");
            await c.CallAsync("start", c.Id);
            await c.AwaitAsync("stopped");
            Expect(!File.Exists($"{c.Root}/tmp/ran"), "the program was run");
        }),
        new("runtime.md Lifecycle 9", "a poststart hook that fails is an error and stops the container", "MUST", async c =>
        {
            c.Hook("poststart", "exit 3");
            await c.CreateAsync();
            Expect((await c.CallAsync("start", c.Id)).ExitCode != 0, "no error");
            await c.AwaitAsync("stopped");
        }),
        new("runtime.md Lifecycle 13", "a poststop hook that fails is a warning, and the others are run", "MUST", async c =>
        {
            c.Hook("poststop", "exit 3");
            c.Hook("poststop", $"touch {c.Work}/second");
            await c.StartAsync("true");
            await c.AwaitAsync("stopped");
            await c.DoAsync("delete", c.Id);
            Expect(File.Exists($"{c.Work}/second"), "the second was not run");
        }),
        new("config.md Hooks", "a hook that takes longer than its timeout is ended", "MUST", async c =>
        {
            c.Config["hooks"] = Json("""{"createRuntime": [{"path": "/bin/sleep", "args": ["sleep", "60"], "timeout": 1}]}""");
            await c.RefusedAsync();
        }),
        new("config.md Hooks", "a hook's path must be absolute", "MUST", async c =>
        {
            c.Config["hooks"] = Json("""{"createRuntime": [{"path": "sh"}]}""");
            await c.RefusedAsync();
        }),
        new("config.md Hooks", "a hook's timeout must be above zero", "MUST", async c =>
        {
            c.Config["hooks"] = Json("""{"createRuntime": [{"path": "/bin/true", "timeout": 0}]}""");
            await c.RefusedAsync();
        }),
    ];
}

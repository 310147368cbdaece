using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;
using static Quai.EndToEnd.Tests.RuntimeCommand.Conformance.Candidate;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>config.md: the document, the root, the process.</summary>
internal static class ProcessRequirements
{
    public static IEnumerable<Requirement> All =>
    [
        new("config.md ociVersion", "a version that is not SemVer is an error", "MUST", async c =>
        {
            c.Config["ociVersion"] = "one";
            await c.RefusedAsync();
        }),
        new("config.md Extensibility", "members that the specification does not know are ignored", "MUST", async c =>
        {
            c.Config["some.future"] = Json("""{"a": [1, 2]}""");
            c.Linux["other"] = true;
            Same("hello", await c.OutputAsync("echo hello"));
        }),
        new("config.md Valid values", "a value of the wrong kind is an error", "MUST", async c =>
        {
            c.Process["args"] = "true";
            await c.RefusedAsync();
        }),
        new("config.md Annotations", "an empty key is an error", "MUST", async c =>
        {
            c.Config["annotations"] = Json("""{"": "x"}""");
            await c.RefusedAsync();
        }),
        new("config.md Annotations", "a value that is no string is an error", "MUST", async c =>
        {
            c.Config["annotations"] = Json("""{"key": 1}""");
            await c.RefusedAsync();
        }),
        new("config.md Root", "a root that does not exist is an error", "MUST", async c =>
        {
            c.Config["root"]!["path"] = "nothing";
            await c.RefusedAsync();
        }),
        new("config.md Root", "a path that is relative is the bundle's", "MUST", async c => Same("bin", await c.OutputAsync("ls -d bin"))),
        new("config.md Root", "an absolute path is taken as it is", "MUST", async c =>
        {
            c.Config["root"]!["path"] = c.Root;
            Same("hello", await c.OutputAsync("echo hello"));
        }),
        new("config.md Root", "readonly makes the root read-only", "MUST", async c =>
        {
            c.Config["root"]!["readonly"] = true;
            Same("no", await c.OutputAsync("touch /x 2>/dev/null && echo yes || echo no"));
        }),
        new("config.md Root", "by default the root is writable", "MUST", async c => Same("yes", await c.OutputAsync("touch /x && echo yes"))),
        new("config.md Hostname", "hostname is set", "MUST", async c => Same("conform", await c.OutputAsync("hostname"))),
        new("config.md Domainname", "domainname is set", "MUST", async c =>
        {
            c.Config["domainname"] = "example.org";
            Same("example.org", await c.OutputAsync("cat /proc/sys/kernel/domainname"));
        }),
        new("config.md Process", "arguments are passed as they are", "MUST", async c =>
        {
            c.Process["args"] = new JsonArray("/bin/sh", "-c", "echo \"$0|$1|$2\"", "zero", "", "a b\"c'd$");
            Same("zero||a b\"c'd$\n", (await c.RunAsync()).Stdout);
        }),
        new("config.md Process", "the environment is what the config says, and no more", "MUST", async c =>
        {
            c.Process["env"] = new JsonArray("PATH=/bin", "A=1", "B=two words");
            string seen = await c.OutputAsync("cat /proc/self/environ | tr '\\0' '\\n'");
            string[] lines = [.. seen.Split('\n').Where(l => l.Length > 0 && !l.StartsWith("HOME=", StringComparison.Ordinal) && !l.StartsWith("SHLVL=", StringComparison.Ordinal) && !l.StartsWith("PWD=", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            Same("A=1|B=two words|PATH=/bin", string.Join('|', lines));
        }),
        new("config.md Process", "the program is found by the container's PATH", "SHOULD", async c =>
        {
            c.Process["args"] = new JsonArray("hostname");
            Same("conform\n", (await c.RunAsync()).Stdout);
        }),
        new("config.md Process", "cwd is the working directory", "MUST", async c =>
        {
            c.Process["cwd"] = "/tmp";
            Same("/tmp", await c.OutputAsync("pwd"));
        }),
        new("config.md Process", "a cwd that is not absolute is an error", "MUST", async c =>
        {
            c.Process["cwd"] = "tmp";
            await c.RefusedAsync();
        }),
        new("config.md Process", "an empty args is an error", "MUST", async c =>
        {
            c.Process["args"] = new JsonArray();
            Expect((await c.TryCreateAsync()).ExitCode != 0, "it was accepted");
        }),
        new("config.md Process", "consoleSize is ignored without a terminal", "MUST", async c =>
        {
            c.Process["consoleSize"] = Json("""{"height": 7, "width": 9}""");
            Same("hello", await c.OutputAsync("echo hello"));
        }),
        new("config.md User", "uid, gid and additionalGids are the program's", "MUST", async c =>
        {
            c.Process["user"] = Json("""{"uid": 1234, "gid": 4321, "additionalGids": [7, 8]}""");
            Same("1234 4321 4321 7 8", await c.OutputAsync("echo $(id -u) $(id -g) $(id -G)"));
        }),
        new("config.md User", "umask is the program's", "MUST", async c =>
        {
            c.Process["user"]!["umask"] = 63;
            Same("0077", await c.OutputAsync("umask"));
        }),
        new("config.md rlimits", "limits are set, soft and hard", "MUST", async c =>
        {
            c.Process["rlimits"] = Json("""[{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}, {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}, {"type": "RLIMIT_STACK", "soft": 4194304, "hard": 8388608}]""");
            Same("100 200 0 4194304", await c.OutputAsync("awk '/open files/ {a = $4 \" \" $5} /core file/ {b = $5} /stack size/ {d = $4} END {print a, b, d}' /proc/self/limits"));
        }),
        new("config.md rlimits", "a limit of an unknown kind is an error", "MUST", async c =>
        {
            c.Process["rlimits"] = Json("""[{"type": "RLIMIT_NONE", "soft": 1, "hard": 1}]""");
            await c.RefusedAsync();
        }),
        new("config.md rlimits", "a kind of limit that is given twice is an error", "MUST", async c =>
        {
            c.Process["rlimits"] = Json("""[{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}, {"type": "RLIMIT_CORE", "soft": 1, "hard": 1}]""");
            await c.RefusedAsync();
        }),
        new("config.md capabilities", "the five sets are the program's", "MUST", async c =>
        {
            c.Process["capabilities"] = Json("""{"bounding": ["CAP_KILL", "CAP_CHOWN"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL", "CAP_CHOWN"], "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"]}""");
            c.Process["user"] = Json("""{"uid": 1, "gid": 1}""");
            Same("0000000000000020 0000000000000020 0000000000000020 0000000000000021 0000000000000020", await c.OutputAsync("echo $(awk '/^Cap/ {print $2}' /proc/self/status)"));
        }),
        new("config.md capabilities", "a name that is not known is a warning", "MUST", async c =>
        {
            c.Process["capabilities"]!["bounding"]!.AsArray().Add("CAP_OF_TOMORROW");
            Same("hello", await c.OutputAsync("echo hello"));
        }),
        new("config.md noNewPrivileges", "noNewPrivileges is set", "MUST", async c =>
        {
            c.Process["noNewPrivileges"] = true;
            Same("1", await c.OutputAsync("awk '/NoNewPrivs/ {print $2}' /proc/self/status"));
        }),
        new("config.md oomScoreAdj", "oomScoreAdj is set", "MUST", async c =>
        {
            c.Process["oomScoreAdj"] = 321;
            Same("321", await c.OutputAsync("cat /proc/self/oom_score_adj"));
        }),
        new("config.md oomScoreAdj", "without oomScoreAdj the value is inherited", "MUST", async c =>
            Same((await File.ReadAllTextAsync("/proc/self/oom_score_adj")).Trim(), await c.OutputAsync("cat /proc/self/oom_score_adj"))),
        new("config.md selinuxLabel", "a label where SELinux is off is an error", "MUST", async c =>
        {
            c.Process["selinuxLabel"] = "system_u:system_r:container_t:s0";
            await c.RefusedAsync();
        }),
        new("config.md apparmorProfile", "a profile where AppArmor is off is an error", "MUST", async c =>
        {
            c.Process["apparmorProfile"] = "some-profile-that-is-not-loaded";
            await c.RefusedAsync();
        }),
        new("config.md ioPriority", "class and priority are set", "MUST", async c =>
        {
            c.Process["ioPriority"] = Json("""{"class": "IOPRIO_CLASS_IDLE", "priority": 0}""");
            await c.StartAsync();
            Same("idle", (await RunningCommand.ShellAsync($"ionice -p {(int)(await c.StateAsync())["pid"]!}")).Trim().Split(':')[0]);
        }),
        new("config.md scheduler", "policy and nice are set", "MUST", async c =>
        {
            c.Process["scheduler"] = Json("""{"policy": "SCHED_BATCH", "nice": 7}""");
            Same("3 7", await c.OutputAsync("awk '{print $41, $19}' /proc/self/stat"));
        }),
        new("config.md scheduler", "a policy that is not known is an error", "MUST", async c =>
        {
            c.Process["scheduler"] = Json("""{"policy": "SCHED_NONE"}""");
            await c.RefusedAsync();
        }),
        new("config.md execCPUAffinity", "a further process runs on the processors of final", "MUST", async c =>
        {
            await c.StartAsync();
            string file = Path.Combine(c.Work, "process.json");
            await File.WriteAllTextAsync(file, """{"args": ["awk", "/Cpus_allowed_list/ {print $2}", "/proc/self/status"], "env": ["PATH=/bin"], "cwd": "/", "execCPUAffinity": {"initial": "0", "final": "1"}}""");
            Same("1", await c.DoAsync("exec", "--process", file, c.Id));
        }),
        new("config.md execCPUAffinity", "a list that is none is an error", "MUST", async c =>
        {
            await c.StartAsync();
            string file = Path.Combine(c.Work, "process.json");
            await File.WriteAllTextAsync(file, """{"args": ["true"], "env": ["PATH=/bin"], "cwd": "/", "execCPUAffinity": {"final": "3-1"}}""");
            Expect((await c.CallAsync("exec", "--process", file, c.Id)).ExitCode != 0, "it was accepted");
        }),
    ];
}

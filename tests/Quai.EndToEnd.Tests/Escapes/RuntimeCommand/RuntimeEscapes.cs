using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.RuntimeCommand;

/// <summary>Configs that make the runtime reach into the host: whoever the caller is, it refuses (CVE-2022-29162, CVE-2023-25809, CVE-2021-30465 kind).</summary>
public sealed class RuntimeEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        // Each writes the value that is there already.
        Sysctl("vm.overcommit_ratio"), Sysctl("kernel.panic"), Sysctl("fs.file-max"), Sysctl("vm/overcommit_ratio"),
        Sysctl("kernel.domainname", without: "uts"), Sysctl("net.ipv4.ip_default_ttl", without: "network"), Sysctl("kernel.msgmax", without: "ipc"),
        Started("a sysctl of the host's network namespace, named by path", c => { Sysctls(c, "net.ipv4.ip_default_ttl"); Namespace(c, "network", "/proc/self/ns/net"); }),
        Started("a namespace named twice", c => Namespaces(c).Add(new JsonObject { ["type"] = "pid" })),
        Started("a working directory that is not absolute", c => c["process"]!["cwd"] = "tmp"),
        Started("a mount inside /proc", c => Mounts(c).Add(Tmpfs("/proc/sys"))),
        Started("a mount inside /proc, by dots", c => Mounts(c).Add(Tmpfs("/tmp/../proc/irq"))),
        Started("a tmpfs over /proc", c => Mounts(c).Add(Tmpfs("/proc"))),
        new("no mount namespace", NoMountNamespaceAsync) { QuaidOnly = true },
        new("a mount inside /proc by a link in the root", s => LinkedAsync(s, "link", "/proc/sys", c => Mounts(c).Add(Tmpfs("/link")))) { QuaidOnly = true },
        new("CVE-2019-16884: /proc of the root is a link", s => LinkedAsync(s, "proc", "/L", _ => { })) { QuaidOnly = true },
        new("CVE-2019-16884: /sys of the root is a link", s => LinkedAsync(s, "sys", "/L", _ => { })) { QuaidOnly = true },
        new("CVE-2019-16884: /dev of the root is a link", s => LinkedAsync(s, "dev", "/L", _ => { })) { QuaidOnly = true },
        new("a cgroup path that leads out of the hierarchy", CgroupPathAsync) { QuaidOnly = true },
        new("a cgroup path of others, who end with the container", OthersGroupAsync) { QuaidOnly = true },
        new("exec in a container with a user namespace stays outside of that", UserNamespaceAsync) { QuaidOnly = true },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static Attack Sysctl(string name, string? without = null) => Started(
        $"sysctl {name}{(without is null ? "" : $" without a {without} namespace")}",
        c =>
        {
            Sysctls(c, name);
            if (without is not null)
            {
                Namespaces(c).RemoveAll(n => (string?)n!["type"] == without);
                c.Remove("hostname");
            }
        });

    /// <summary>What gains when the container starts at all.</summary>
    private static Attack Started(string name, Action<JsonObject> change) => new(name, async scene =>
    {
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("echo", "started");
        change(bundle.Config);
        return (await bundle.RunAsync()).Stdout.Contains("started", StringComparison.Ordinal) ? "the container started" : null;
    })
    {
        QuaidOnly = true,
    };

    private static async Task<string?> NoMountNamespaceAsync(Scene scene)
    {
        (string path, string secret) = scene.HostSecret();
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("/bin/cat", path);
        Namespaces(bundle.Config).RemoveAll(n => (string?)n!["type"] == "mount");
        return (await bundle.RunAsync()).Stdout.Contains(secret, StringComparison.Ordinal) ? "read the host's file" : null;
    }

    private static async Task<string?> LinkedAsync(Scene scene, string path, string target, Action<JsonObject> change)
    {
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("/bin/echo", "started");
        Directory.CreateDirectory(Path.Combine(bundle.Root, "L"));
        string link = Path.Combine(bundle.Root, path);
        if (Directory.Exists(link))
        {
            Directory.Delete(link);
        }

        File.CreateSymbolicLink(link, target);
        change(bundle.Config);
        return (await bundle.RunAsync()).Stdout.Contains("started", StringComparison.Ordinal) ? "the container started" : null;
    }

    private static async Task<string?> CgroupPathAsync(Scene scene)
    {
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("true");
        string outside = Path.Combine(scene.Scratch(), "there");
        Directory.CreateDirectory(outside);
        bundle.Config["linux"]!["cgroupsPath"] = "/../../../.." + outside;
        await bundle.RunAsync();
        return Directory.Exists(outside) ? null : "removed a folder of the host's";
    }

    private static async Task<string?> OthersGroupAsync(Scene scene)
    {
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("true");
        string name = "/quai-escape-" + Guid.NewGuid().ToString("n");
        string group = (File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids") + name;
        Directory.CreateDirectory(group);
        await using RunningCommand other = RunningCommand.Start("/bin/sh", ["-c", $"echo $$ >{group}/cgroup.procs; echo in; exec sleep 1000"]);
        try
        {
            await Eventually.HoldsAsync(() => other.Stdout.Contains("in", StringComparison.Ordinal) ? null : "the other is not in its group");
            bundle.Config["linux"]!["cgroupsPath"] = name;
            await bundle.RunAsync();
            return File.Exists($"/proc/{other.Pid}/stat") && !File.ReadAllText($"/proc/{other.Pid}/stat").Contains(") Z ", StringComparison.Ordinal) ? null : "killed a process of the host's";
        }
        finally
        {
            await other.DisposeAsync();
            await Eventually.HoldsAsync(() =>
            {
                try
                {
                    Directory.Delete(group);
                }
                catch (DirectoryNotFoundException)
                {
                }
                catch (IOException e)
                {
                    return e.Message;
                }

                return null;
            });
        }
    }

    private static async Task<string?> UserNamespaceAsync(Scene scene)
    {
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("sleep", "1000");
        Namespaces(bundle.Config).Add(new JsonObject { ["type"] = "user" });
        JsonObject map = new() { ["containerID"] = 0, ["hostID"] = 0, ["size"] = 65536 };
        bundle.Config["linux"]!["uidMappings"] = new JsonArray(map);
        bundle.Config["linux"]!["gidMappings"] = new JsonArray(map.DeepClone());
        await bundle.StartAsync();
        CommandResult result = await bundle.ExecAsync([], "cat", "/proc/self/uid_map");
        return result.ExitCode == 0 && !result.Stdout.Contains(" 65536", StringComparison.Ordinal) ? "runs as the host's root" : null;
    }

    private static JsonArray Namespaces(JsonObject config) => config["linux"]!["namespaces"]!.AsArray();

    private static JsonArray Mounts(JsonObject config) => config["mounts"]!.AsArray();

    private static JsonObject Tmpfs(string destination) => new() { ["destination"] = destination, ["type"] = "tmpfs", ["source"] = "tmpfs" };

    private static void Namespace(JsonObject config, string type, string path) =>
        Namespaces(config).Single(n => (string?)n!["type"] == type)!["path"] = path;

    private static void Sysctls(JsonObject config, string name)
    {
        string file = Path.GetFullPath("/proc/sys/" + (name.Contains('/', StringComparison.Ordinal) ? name : name.Replace('.', '/')));
        config["linux"]!["sysctl"] = new JsonObject { [name] = File.ReadAllText(file).Trim() };
    }
}

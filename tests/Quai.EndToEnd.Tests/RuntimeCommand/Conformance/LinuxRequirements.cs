using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;
using static Quai.EndToEnd.Tests.RuntimeCommand.Conformance.Candidate;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>config-linux.md: namespaces, devices, clocks, sysctls, personality, memory policy, Intel RDT.</summary>
internal static class LinuxRequirements
{
    private static readonly (string Type, string File)[] s_namespaces = [("pid", "pid"), ("network", "net"), ("mount", "mnt"), ("ipc", "ipc"), ("uts", "uts"), ("cgroup", "cgroup"), ("time", "time")];

    public static IEnumerable<Requirement> All =>
    [
        .. s_namespaces.Select(n => new Requirement("config-linux.md Namespaces", $"{n.Type} without a path is a new namespace", n.Type == "time" ? "MUST" : "MUST", async c =>
        {
            c.Namespace(n.Type);
            Expect(new FileInfo("/proc/self/ns/" + n.File).LinkTarget != await c.OutputAsync($"readlink /proc/self/ns/{n.File}"), "it is the host's");
        })),
        new("config-linux.md Namespaces", "user without a path is a new namespace, with its maps", "MUST", async c =>
        {
            MountRequirements.UserNamespace(c);
            Same("0 100000 65536 0 100000 65536", await c.OutputAsync("echo $(cat /proc/self/uid_map /proc/self/gid_map)"));
        }),
        .. s_namespaces.Where(n => n.Type is "network" or "ipc" or "cgroup").Select(n => new Requirement("config-linux.md Namespaces", $"without {n.Type} the container has the runtime's", "MUST", async c =>
        {
            c.Namespace(n.Type, has: false);
            c.Mounts.Remove(c.Mounts.First(m => (string?)m!["destination"] == "/sys"));
            Same(new FileInfo("/proc/self/ns/" + n.File).LinkTarget!, await c.OutputAsync($"readlink /proc/self/ns/{n.File}"));
        })),
        .. s_namespaces.Where(n => n.Type is "network" or "ipc" or "uts").Select(n => new Requirement("config-linux.md Namespaces", $"{n.Type} with a path is joined", "MUST", async c =>
        {
            using Candidate other = c.Another();
            await other.StartAsync();
            string path = $"/proc/{(int)(await other.StateAsync())["pid"]!}/ns/{n.File}";
            c.Namespace(n.Type);
            c.Linux["namespaces"]!.AsArray()[^1]!["path"] = path;
            if (n.Type == "uts")
            {
                c.Config.Remove("hostname");
            }

            Same(new FileInfo(path).LinkTarget!, await c.OutputAsync($"readlink /proc/self/ns/{n.File}"));
        })),
        new("config-linux.md Namespaces", "a path that is no namespace of that type is an error", "MUST", async c =>
        {
            c.Namespace("network");
            c.Linux["namespaces"]!.AsArray()[^1]!["path"] = "/proc/self/ns/uts";
            await c.RefusedAsync();
        }),
        new("config-linux.md Namespaces", "a path that does not exist is an error", "MUST", async c =>
        {
            c.Namespace("network");
            c.Linux["namespaces"]!.AsArray()[^1]!["path"] = "/no/such/namespace";
            await c.RefusedAsync();
        }),
        new("config-linux.md Namespaces", "a type that is given twice is an error", "MUST", async c =>
        {
            c.Linux["namespaces"]!.AsArray().Add(Json("""{"type": "pid"}"""));
            await c.RefusedAsync();
        }),
        new("config-linux.md Namespaces", "a type that is not known is an error", "MUST", async c =>
        {
            c.Linux["namespaces"]!.AsArray().Add(Json("""{"type": "space"}"""));
            await c.RefusedAsync();
        }),
        new("config-linux.md Offset for Time Namespace", "clocks have their offsets", "MUST", async c =>
        {
            c.Namespace("time");
            c.Linux["timeOffsets"] = Json("""{"boottime": {"secs": 864000, "nanosecs": 5}, "monotonic": {"secs": 172800}}""");
            Expect(double.Parse((await c.OutputAsync("cat /proc/uptime")).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) > 864000, "the clock has no offset");
        }),
        new("config-linux.md Offset for Time Namespace", "offsets without a time namespace are an error", "MUST", async c =>
        {
            c.Linux["timeOffsets"] = Json("""{"boottime": {"secs": 864000}}""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Devices", "the default devices are there", "MUST", async c =>
            Same("1:3 1:5 1:7 1:8 1:9 5:0 5:2", await c.OutputAsync("for d in null zero full random urandom tty ptmx; do stat -L -c %t:%T /dev/$d; done | tr '\\n' ' ' | awk '{print $1, $2, $3, $4, $5, $6, $7}'"))),
        new("config-linux.md Devices", "devices are made with type, numbers, mode and owner", "MUST", async c =>
        {
            c.Linux["devices"] = Json("""[{"path": "/dev/some", "type": "c", "major": 1, "minor": 5, "fileMode": 432, "uid": 5, "gid": 6}, {"path": "/dev/block", "type": "b", "major": 7, "minor": 9}, {"path": "/dev/fifo", "type": "p"}]""");
            Same("1:5 660 5 6;7:9;fifo", await c.OutputAsync("echo \"$(stat -c '%t:%T %a %u %g' /dev/some);$(stat -c %t:%T /dev/block);$(stat -c %F /dev/fifo)\""));
        }),
        new("config-linux.md Devices", "another file at a device's path is an error", "MUST", async c =>
        {
            Directory.CreateDirectory(Path.Combine(c.Root, "devices"));
            File.WriteAllText(Path.Combine(c.Root, "devices/some"), "a file");
            c.Linux["devices"] = Json("""[{"path": "/devices/some", "type": "c", "major": 1, "minor": 5}]""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Devices", "the same device at its path is no error", "SHOULD", async c =>
        {
            Directory.CreateDirectory(Path.Combine(c.Root, "devices"));
            await RunningCommand.ShellAsync($"mknod {c.Root}/devices/some c 1 5");
            c.Linux["devices"] = Json("""[{"path": "/devices/some", "type": "c", "major": 1, "minor": 5}]""");
            Same("1:5", await c.OutputAsync("stat -c %t:%T /devices/some"));
        }),
        new("config-linux.md Devices", "a type that is not known is an error", "MUST", async c =>
        {
            c.Linux["devices"] = Json("""[{"path": "/dev/some", "type": "x", "major": 1, "minor": 5}]""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Sysctl", "settings of the container's namespaces are set", "MUST", async c =>
        {
            c.Linux["sysctl"] = Json("""{"net.ipv4.ip_forward": "1", "kernel.shmmax": "123456"}""");
            Same("1 123456", await c.OutputAsync("echo $(cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax)"));
        }),
        new("config-linux.md Sysctl", "settings of the host are an error", "SHOULD", async c =>
        {
            c.Linux["sysctl"] = Json("""{"kernel.pid_max": "1000"}""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Personality", "LINUX32 is set", "MUST", async c =>
        {
            c.Linux["personality"] = Json("""{"domain": "LINUX32"}""");
            Expect(await c.OutputAsync("uname -m") is "i686" or "armv8l", "it is not");
        }),
        new("config-linux.md Personality", "a domain that is not known is an error", "MUST", async c =>
        {
            c.Linux["personality"] = Json("""{"domain": "SOLARIS"}""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Memory policy", "mode and nodes are set", "MUST", async c =>
        {
            c.Linux["memoryPolicy"] = Json("""{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}""");
            await c.StartAsync();
            string maps = await File.ReadAllTextAsync($"/proc/{(int)(await c.StateAsync())["pid"]!}/numa_maps");
            Expect(maps.Contains("bind", StringComparison.Ordinal), "it is not");
        }),
        new("config-linux.md Memory policy", "a mode that is not known is an error", "MUST", async c =>
        {
            c.Linux["memoryPolicy"] = Json("""{"mode": "MPOL_NONE"}""");
            await c.RefusedAsync();
        }),
        new("config-linux.md IntelRdt", "without a resctrl file system it is an error", "MUST", async c =>
        {
            c.Linux["intelRdt"] = Json("""{"closID": "some"}""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Network Devices", "a device that does not exist is an error", "MUST", async c =>
        {
            c.Linux["netDevices"] = Json("""{"nosuchdev0": {}}""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Network Devices", "a device of the host's is the container's, by its new name, up, with its addresses", "MUST", async c =>
        {
            string name = "qc" + c.Id[1..9];
            await RunningCommand.ShellAsync($"ip link add {name} type veth peer name {name}p && ip addr add 10.99.7.1/24 dev {name} && ip addr add fd99:7::1/64 dev {name} nodad");
            try
            {
                c.Linux["netDevices"] = new JsonObject { [name] = new JsonObject { ["name"] = "inside0" } };
                string seen = await c.OutputAsync("grep -c 10.99.7.1 /proc/net/fib_trie; grep -c ^fd990007 /proc/net/if_inet6; cat /sys/class/net/inside0/flags");
                string[] lines = seen.Split('\n');
                Expect(int.Parse(lines[0]) > 0, "it has no IPv4 address");
                Expect(int.Parse(lines[1]) > 0, "it has no IPv6 address");
                Expect((Convert.ToInt32(lines[2], 16) & 1) == 1, "it is not up");
            }
            finally
            {
                await RunningCommand.ShellAsync($"ip link del {name} 2>/dev/null || true");
            }
        }),
    ];
}

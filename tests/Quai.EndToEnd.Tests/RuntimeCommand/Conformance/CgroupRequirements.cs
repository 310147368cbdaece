using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;
using static Quai.EndToEnd.Tests.RuntimeCommand.Conformance.Candidate;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>config-linux.md Control groups: paths, and a limit of each controller that this machine has.</summary>
internal static class CgroupRequirements
{
    private static readonly bool s_unified = File.Exists("/sys/fs/cgroup/cgroup.controllers");

    /// <summary>Controller, resources, and which file has which value on v1 and on v2.</summary>
    private static readonly (string Controller, string Resources, string V1, string V2)[] s_limits =
    [
        ("memory", """{"memory": {"limit": 67108864}}""", "memory.limit_in_bytes=67108864", "memory.max=67108864"),
        ("memory", """{"memory": {"limit": 67108864, "reservation": 33554432}}""", "memory.soft_limit_in_bytes=33554432", "memory.low=33554432"),
        ("memory", """{"memory": {"limit": 67108864, "swap": 134217728}}""", "memory.memsw.limit_in_bytes=134217728", "memory.swap.max=67108864"),
        ("cpu", """{"cpu": {"shares": 512}}""", "cpu.shares=512", "cpu.weight=20"),
        ("cpu", """{"cpu": {"quota": 50000, "period": 100000}}""", "cpu.cfs_quota_us=50000", "cpu.max=50000 100000"),
        ("cpu", """{"cpu": {"quota": 50000, "period": 100000, "burst": 10000}}""", "cpu.cfs_burst_us=10000", "cpu.max.burst=10000"),
        ("cpu", """{"cpu": {"idle": 1}}""", "cpu.idle=1", "cpu.idle=1"),
        ("cpuset", """{"cpu": {"cpus": "0", "mems": "0"}}""", "cpuset.cpus=0", "cpuset.cpus=0"),
        ("pids", """{"pids": {"limit": 77}}""", "pids.max=77", "pids.max=77"),
        ("hugetlb", """{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}""", "hugetlb.2MB.rsvd.limit_in_bytes=4194304|hugetlb.2MB.limit_in_bytes=4194304", "hugetlb.2MB.rsvd.max=4194304|hugetlb.2MB.max=4194304"),
        ("net_cls", """{"network": {"classID": 1048577}}""", "net_cls.classid=1048577", ""),
        ("net_prio", """{"network": {"priorities": [{"name": "lo", "priority": 500}]}}""", "net_prio.ifpriomap~lo 500", ""),
    ];

    public static IEnumerable<Requirement> All =>
    [
        new("config-linux.md Cgroups Path", "an absolute path is taken below the hierarchies' mount points", "MUST", async c =>
        {
            await c.StartAsync();
            string groups = await File.ReadAllTextAsync($"/proc/{(int)(await c.StateAsync())["pid"]!}/cgroup");
            Expect(groups.Contains("/quai-conformance/" + c.Id, StringComparison.Ordinal), groups);
        }),
        new("config-linux.md Cgroups Path", "the same path leads to the same place", "MUST", async c =>
        {
            await c.StartAsync("true");
            await c.AwaitAsync("stopped");
            await c.DoAsync("delete", c.Id);
            await c.StartAsync();
            Expect((await File.ReadAllTextAsync($"/proc/{(int)(await c.StateAsync())["pid"]!}/cgroup")).Contains("/quai-conformance/" + c.Id, StringComparison.Ordinal), "it does not");
        }),
        new("config-linux.md Cgroups Path", "a relative path is possible", "MUST", async c =>
        {
            c.Linux["cgroupsPath"] = "quai-conformance/" + c.Id;
            await c.StartAsync();
            Expect((await File.ReadAllTextAsync($"/proc/{(int)(await c.StateAsync())["pid"]!}/cgroup")).Contains(c.Id, StringComparison.Ordinal), "it has no group");
        }),
        .. s_limits.Where(l => HasController(l.Controller) && (s_unified ? l.V2 : l.V1).Length > 0).Select(limit => new Requirement("config-linux.md Resources", limit.Resources, "MUST", async c =>
        {
            Merge(c, limit.Resources);
            await c.CreateAsync();
            string found = "";
            foreach (string way in (s_unified ? limit.V2 : limit.V1).Split('|'))
            {
                string[] parts = way.Split(['=', '~'], 2);
                string file = GroupOf(limit.Controller, c) + "/" + parts[0];
                found = File.Exists(file) ? (await File.ReadAllTextAsync(file)).Trim() : "no " + file;
                if (way.Contains('~') ? found.Contains(parts[1], StringComparison.Ordinal) : found == parts[1])
                {
                    return;
                }
            }

            throw new InvalidOperationException(found);
        })),
        new("config-linux.md Resources", "a limit that the kernel refuses is an error", "MUST", async c =>
        {
            Merge(c, """{"cpu": {"cpus": "4000"}}""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Allowed Device list", "entries are applied in the listed order", "MUST", async c =>
        {
            c.Linux["devices"] = Json("""[{"path": "/dev/other", "type": "c", "major": 10, "minor": 200}, {"path": "/dev/null2", "type": "c", "major": 1, "minor": 3}]""");
            c.Linux["resources"] = Json("""{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 200, "access": "rw"}, {"allow": false, "type": "c", "major": 10, "minor": 200, "access": "rw"}]}""");
            Same("allowed refused", await c.OutputAsync("a=$(cat /dev/null2 && echo allowed); b=$(cat /dev/other 2>&1 | grep -c 'not permitted'); test $b = 1 && b=refused; echo $a $b"));
        }),
        new("config-linux.md Allowed Device list", "a device that no rule allows cannot be used", "MUST", async c =>
        {
            c.Linux["devices"] = Json("""[{"path": "/dev/kmsg2", "type": "c", "major": 1, "minor": 11}]""");
            Expect((await c.OutputAsync("cat /dev/kmsg2 2>&1 | grep -c 'not permitted'")) == "1", "it can");
        }),
        new("config-linux.md RDMA", "a device that does not exist is an error", "MUST", async c =>
        {
            Merge(c, """{"rdma": {"nosuch_0": {"hcaHandles": 3}}}""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Unified", s_unified ? "files of cgroup v2 are written" : "files of cgroup v2 where there is v1 are an error", "MUST", async c =>
        {
            Merge(c, """{"unified": {"pids.max": "55"}}""");
            if (!s_unified)
            {
                await c.RefusedAsync();
                return;
            }

            await c.CreateAsync();
            Same("55", (await File.ReadAllTextAsync(GroupOf("pids", c) + "/pids.max")).Trim());
        }),
        new("config-linux.md Unified", "a controller that is not there is an error", "MUST", async c =>
        {
            Merge(c, """{"unified": {"nosuch.max": "55"}}""");
            await c.RefusedAsync();
        }),
    ];

    private static bool HasController(string name) =>
        s_unified ? File.ReadAllText("/sys/fs/cgroup/cgroup.controllers").Split(' ', '\n').Contains(name) : Directory.Exists("/sys/fs/cgroup/" + name);

    private static string GroupOf(string controller, Candidate c) => $"/sys/fs/cgroup{(s_unified ? "" : "/" + controller)}/quai-conformance/{c.Id}";

    private static void Merge(Candidate c, string resources)
    {
        foreach ((string name, JsonNode? value) in Json(resources).AsObject().ToArray())
        {
            c.Linux["resources"]![name] = value!.DeepClone();
        }
    }
}

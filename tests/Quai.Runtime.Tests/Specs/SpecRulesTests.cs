using Quai.Errors;
using Quai.Oci.Runtime;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Tests.Specs;

public sealed class SpecRulesTests
{
    [Fact]
    public void A_plain_config_is_taken() => SpecRules.Check(Config());

    [Theory]
    [InlineData("net.ipv4.ip_forward", "sys/net/ipv4/ip_forward")]
    [InlineData("net/ipv4/conf/eth0.1/forwarding", "sys/net/ipv4/conf/eth0.1/forwarding")]
    [InlineData("net.ipv4.conf.eth0/1.forwarding", "sys/net/ipv4/conf/eth0.1/forwarding")]
    [InlineData("kernel.msgmax", "sys/kernel/msgmax")]
    public void A_sysctls_name_is_read_in_both_notations(string name, string path) => Assert.Equal(path, SpecRules.PathOfSysctl(name));

    [Theory]
    [InlineData("net.ipv4.ip_forward")]
    [InlineData("kernel.shm_rmid_forced")]
    [InlineData("kernel/msgmax")]
    [InlineData("fs.mqueue.msg_max")]
    [InlineData("kernel.domainname")]
    public void A_sysctl_of_a_namespace_of_its_own_is_taken(string name) => SpecRules.Check(Config(sysctl: name));

    [Theory]
    [InlineData("vm.overcommit_memory")]
    [InlineData("vm/overcommit_memory")]
    [InlineData("kernel.core_pattern")]
    [InlineData("kernel.hostname")]
    [InlineData("kernel.yama.ptrace_scope")]
    [InlineData("fs.file-max")]
    [InlineData("fs.mqueuex.y")]
    [InlineData("net/../vm/overcommit_memory")]
    [InlineData("net.ipv4...kernel.core_pattern")]
    [InlineData("net")]
    [InlineData("")]
    [InlineData("/net/ipv4/ip_forward")]
    public void A_sysctl_of_the_host_is_refused(string name) => Refused(Config(sysctl: name));

    [Theory]
    [InlineData("network", "net.ipv4.ip_forward")]
    [InlineData("ipc", "kernel.msgmax")]
    [InlineData("ipc", "fs.mqueue.msg_max")]
    [InlineData("uts", "kernel.domainname")]
    public void A_sysctl_without_its_namespace_is_refused(string without, string name)
    {
        RuntimeSpec spec = Config(sysctl: name);
        spec.Linux!.Namespaces!.RemoveAll(n => n.Type == without);
        spec.Hostname = null;
        Refused(spec);
    }

    [Fact]
    public void A_sysctl_of_a_namespace_that_is_the_hosts_own_by_path_is_refused()
    {
        RuntimeSpec spec = Config(sysctl: "net.ipv4.ip_forward");
        spec.Linux!.Namespaces!.Single(n => n.Type == "network").Path = "/proc/self/ns/net";
        Refused(spec);
    }

    [Theory]
    [InlineData("/proc/sys", "tmpfs")]
    [InlineData("/proc/self/../sys", "tmpfs")]
    [InlineData("//proc//irq/", "bind")]
    [InlineData("proc/kcore", "bind")]
    [InlineData("/tmp/../proc", "tmpfs")]
    [InlineData("/", "tmpfs")]
    [InlineData("/x/..", "tmpfs")]
    [InlineData("", "tmpfs")]
    public void A_mount_where_none_may_be_is_refused(string destination, string type) =>
        Refused(Config(mount: new Mount { Destination = destination, Type = type, Source = "/tmp" }));

    [Theory]
    [InlineData("/proc/uptime", "bind")]
    [InlineData("/proc", "proc")]
    [InlineData("/proc", "bind")]
    [InlineData("/process", "tmpfs")]
    [InlineData("/sys/fs/bpf", "bind")]
    public void Other_mounts_are_taken(string destination, string type) =>
        SpecRules.Check(Config(mount: new Mount { Destination = destination, Type = type, Source = "/proc" }));

    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/a/../../b")]
    [InlineData("/a/./b")]
    [InlineData("a")]
    [InlineData("/a\nb")]
    public void A_control_group_elsewhere_is_refused(string path)
    {
        RuntimeSpec spec = Config();
        spec.Linux!.CgroupsPath = path;
        Refused(spec);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a/b")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_hostname_that_is_none_is_refused(string name)
    {
        RuntimeSpec spec = Config();
        spec.Hostname = name;
        Refused(spec);
    }

    public static TheoryData<string, Action<RuntimeSpec>> Wrong => new()
    {
        { "no process", s => s.Process = null },
        { "no arguments", s => s.Process!.Args = [] },
        { "no root", s => s.Root = null },
        { "a relative root", s => s.Root!.Path = "rootfs" },
        { "a relative working directory", s => s.Process!.Cwd = "tmp" },
        { "a namespace twice", s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "pid" }) },
        { "no mount namespace", s => s.Linux!.Namespaces!.RemoveAll(n => n.Type == "mount") },
        { "the host's mount namespace by path", s => s.Linux!.Namespaces!.Single(n => n.Type == "mount").Path = "/proc/self/ns/mnt" },
        { "no section for Linux", s => s.Linux = null },
        { "maps without a user namespace", s => s.Linux!.UidMappings = [new IdMapping { Size = 1 }] },
        { "a hostname without a namespace", s => s.Linux!.Namespaces!.RemoveAll(n => n.Type == "uts") },
        { "a limit twice", s => s.Process!.Rlimits = [new Rlimit { Type = "RLIMIT_CORE" }, new Rlimit { Type = "RLIMIT_CORE" }] },
        { "a device in /proc", s => s.Linux!.Devices = [new Device { Path = "/proc/x", Type = "c" }] },
        { "a relative masked path", s => s.Linux!.MaskedPaths = ["proc/kcore"] },
        { "an idmapped mount", s => s.Mounts = [new Mount { Destination = "/x", Type = "bind", Source = "/tmp", Options = ["bind", "idmap"] }] },
        { "time offsets", s => s.Linux!.TimeOffsets = new() { ["monotonic"] = new TimeOffset() } },
        { "a mount label", s => s.Linux!.MountLabel = "system_u:object_r:x:s0" },
        { "unknown propagation", s => s.Linux!.RootfsPropagation = "public" },
        { "oom_score_adj", s => s.Process!.OomScoreAdj = -1001 },
        { "a path that leaves its source", s => s.Mounts = [new Mount { Destination = "/x", Type = "bind", Source = "/tmp", Subpath = "a/../../b" }] },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_cannot_be_or_must_not_be_is_refused(string what, Action<RuntimeSpec> change)
    {
        Assert.NotEmpty(what);
        RuntimeSpec spec = Config();
        change(spec);
        Refused(spec);
    }

    private static void Refused(RuntimeSpec spec) => Assert.Throws<QuaiException>(() => SpecRules.Check(spec));

    private static RuntimeSpec Config(string? sysctl = null, Mount? mount = null) => new()
    {
        Process = new Process { Args = ["true"] },
        Root = new Root { Path = "/tmp" },
        Hostname = "quai",
        Mounts = mount is null ? null : [mount],
        Linux = new LinuxSection
        {
            CgroupsPath = "/quai/x",
            Namespaces = [.. ((string[])["pid", "network", "ipc", "uts", "mount"]).Select(type => new LinuxNamespace { Type = type })],
            Sysctl = sysctl is null ? null : new() { [sysctl] = "1" },
        },
    };
}

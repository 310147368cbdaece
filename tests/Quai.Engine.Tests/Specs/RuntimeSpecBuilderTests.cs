using Quai.Api.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux;
using Quai.Oci.Runtime;

namespace Quai.Engine.Tests.Specs;

/// <summary>The expectations were read from the config.json of containers that Docker Engine 26.1 ran with the options named.</summary>
public sealed class RuntimeSpecBuilderTests
{
    private static readonly SpecMount[] s_networkFiles =
    [
        new() { Destination = "/etc/resolv.conf", Source = "/c/resolv.conf", Propagation = "rprivate" },
        new() { Destination = "/etc/hostname", Source = "/c/hostname", Propagation = "rprivate" },
        new() { Destination = "/etc/hosts", Source = "/c/hosts", Propagation = "rprivate" },
    ];

    [Fact]
    public void Plain_container()
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request());
        Process process = spec.Process!;
        Assert.Equal(["sleep", "1000"], process.Args);
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=25bdb359cc33"], process.Env!);
        Assert.Equal("/", process.Cwd);
        Assert.Equal((0u, 0u), (process.User.Uid, process.User.Gid));
        Assert.Equal([0u], process.User.AdditionalGids!);
        Assert.Equal(Capabilities.Default, process.Capabilities!.Bounding!);
        Assert.Equal(Capabilities.Default, process.Capabilities.Effective!);
        Assert.Equal(Capabilities.Default, process.Capabilities.Permitted!);
        Assert.Null(process.Capabilities.Inheritable);
        Assert.Null(process.Capabilities.Ambient);
        Assert.Equal(0, process.OomScoreAdj);
        Assert.False(process.Terminal || process.NoNewPrivileges);
        Assert.Null(process.Rlimits);
        Assert.Null(process.ApparmorProfile);
        Assert.Equal("25bdb359cc33", spec.Hostname);
        Assert.Equal("/docker/25bdb359cc33aa", spec.Linux!.CgroupsPath);
        Assert.Equal(
            [
                "/proc proc proc nosuid,noexec,nodev",
                "/dev tmpfs tmpfs nosuid,strictatime,mode=755,size=65536k",
                "/dev/pts devpts devpts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5",
                "/sys sysfs sysfs nosuid,noexec,nodev,ro",
                "/sys/fs/cgroup cgroup cgroup nosuid,noexec,nodev,ro",
                "/dev/mqueue mqueue mqueue nosuid,noexec,nodev",
                "/dev/shm tmpfs shm nosuid,noexec,nodev,mode=1777,size=67108864",
                "/etc/resolv.conf bind /c/resolv.conf rbind,rprivate",
                "/etc/hostname bind /c/hostname rbind,rprivate",
                "/etc/hosts bind /c/hosts rbind,rprivate",
            ],
            Mounts(spec));
        Assert.Equal(["mount", "network", "uts", "pid", "ipc", "cgroup"], spec.Linux.Namespaces!.Select(item => item.Type));
        Assert.Equal(new() { ["net.ipv4.ip_unprivileged_port_start"] = "0", ["net.ipv4.ping_group_range"] = "0 2147483647" }, spec.Linux.Sysctl);
        Assert.Contains("/proc/kcore", spec.Linux.MaskedPaths!);
        Assert.Equal(["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"], spec.Linux.ReadonlyPaths!);
        Assert.Equal("SCMP_ACT_ERRNO", spec.Linux.Seccomp!.DefaultAction);
        Assert.Null(spec.Linux.Devices);
        Assert.Null(spec.Linux.RootfsPropagation);
        Assert.False(spec.Linux.Resources!.Memory!.DisableOOMKiller);
        Assert.Null(spec.Linux.Resources.Memory.Limit);
        Assert.Null(spec.Linux.Resources.Cpu);
        Assert.Null(spec.Linux.Resources.Pids);

        // -a, then what may be opened.
        Assert.False(spec.Linux.Resources.Devices![0].Allow);
        Assert.Contains(spec.Linux.Resources.Devices, rule => rule is { Allow: true, Type: "c", Major: 1, Minor: 3, Access: "rwm" });
        Assert.DoesNotContain(spec.Linux.Resources.Devices, rule => rule.Allow && rule.Type is null);
    }

    [Fact]
    public void Default_filters_are_shared()
    {
        Assert.Same(RuntimeSpecBuilder.Build(Request()).Linux!.Seccomp, RuntimeSpecBuilder.Build(Request()).Linux!.Seccomp);
        Assert.NotSame(RuntimeSpecBuilder.Build(Request()).Linux!.Seccomp, RuntimeSpecBuilder.Build(Request(host => host.CapAdd = ["SYS_ADMIN"])).Linux!.Seccomp);
    }

    [Fact]
    public void User_environment_and_folder()
    {
        SpecRequest request = Request(config: config =>
        {
            config.Tty = true;
            config.WorkingDir = "/a/b";
            config.Domainname = "dom";
            config.Env = ["A=B", "PATH=/bin", "HOSTNAME", "TERM=vt", "EMPTY=", "A=C"];
            config.Entrypoint = ["/bin/e", "-x"];
        }) with { User = new ResolvedUser(1000, 5, [0, 77], "/"), Hostname = "myhost" };
        RuntimeSpec spec = RuntimeSpecBuilder.Build(request);
        Assert.Equal(["PATH=/bin", "TERM=vt", "A=C", "EMPTY="], spec.Process!.Env!);
        Assert.Equal(["/bin/e", "-x", "sleep", "1000"], spec.Process.Args);
        Assert.Equal("/a/b", spec.Process.Cwd);
        Assert.True(spec.Process.Terminal);
        Assert.Equal([5u, 0u, 77u], spec.Process.User.AdditionalGids!);
        Assert.Equal("dom", spec.Linux!.Sysctl!["kernel.domainname"]);
    }

    [Fact]
    public void Host_namespaces()
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request(host => host.IpcMode = "host") with
        {
            Network = NamespaceChoice.Host, Pid = NamespaceChoice.Host, Ipc = NamespaceChoice.Host, Uts = NamespaceChoice.Host, Cgroup = NamespaceChoice.Host, Hostname = "vm",
        });
        Assert.Equal(["mount"], spec.Linux!.Namespaces!.Select(item => item.Type));
        Assert.Null(spec.Hostname);
        Assert.Contains("HOSTNAME=vm", spec.Process!.Env!);
        Assert.Null(spec.Linux.Sysctl);
        Assert.Contains("/dev/shm bind /dev/shm rbind,rprivate", Mounts(spec));
        Assert.Contains("/dev/mqueue mqueue mqueue nosuid,noexec,nodev", Mounts(spec));
    }

    [Fact]
    public void Another_containers_namespaces()
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request() with
        {
            Network = NamespaceChoice.Of(419, "net"), Pid = NamespaceChoice.Of(419, "pid"), Ipc = NamespaceChoice.Of(419, "ipc"), SharedMemoryPath = "/donor/shm",
        });
        Assert.Equal(
            ["mount ", "network /proc/419/ns/net", "uts ", "pid /proc/419/ns/pid", "ipc /proc/419/ns/ipc", "cgroup "],
            spec.Linux!.Namespaces!.Select(item => $"{item.Type} {item.Path}"));
        Assert.Null(spec.Linux.Sysctl);
        Assert.Contains("/dev/shm bind /donor/shm rbind,rprivate", Mounts(spec));
        Assert.DoesNotContain(Mounts(RuntimeSpecBuilder.Build(Request(host => host.IpcMode = "none"))), mount => mount.StartsWith("/dev/shm", StringComparison.Ordinal));
    }

    [Fact]
    public void Limits()
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request(host =>
        {
            host.Memory = 64 << 20;
            host.MemoryReservation = 32 << 20;
            host.NanoCpus = 1_500_000_000;
            host.CpuShares = 512;
            host.CpusetCpus = "0";
            host.PidsLimit = 77;
            host.OomScoreAdj = 100;
            host.ShmSize = 32 << 20;
            host.Ulimits = [new() { Name = "core", Hard = 0, Soft = 0 }, new() { Name = "nofile", Hard = 2000, Soft = 1000 }];
        }) with { DefaultUlimits = [new("nofile", 5, 5), new("nproc", -1, -1)] });
        var resources = spec.Linux!.Resources!;
        Assert.Equal((67108864, 33554432, 134217728), (resources.Memory!.Limit, resources.Memory.Reservation, resources.Memory.Swap));
        Assert.Equal((512ul, 150000, 100000ul, "0"), (resources.Cpu!.Shares, resources.Cpu.Quota, resources.Cpu.Period, resources.Cpu.Cpus));
        Assert.Equal(77, resources.Pids!.Limit);
        Assert.Equal(100, spec.Process!.OomScoreAdj);
        Assert.Equal(["RLIMIT_CORE 0 0", "RLIMIT_NOFILE 1000 2000", $"RLIMIT_NPROC {ulong.MaxValue} {ulong.MaxValue}"], spec.Process.Rlimits!.Select(limit => $"{limit.Type} {limit.Soft} {limit.Hard}"));
        Assert.Contains("/dev/shm tmpfs shm nosuid,noexec,nodev,mode=1777,size=33554432", Mounts(spec));

        var unlimited = RuntimeSpecBuilder.BuildResources(LimitsReader.Read(new HostConfig { Memory = 64 << 20, MemorySwap = -1, PidsLimit = -1, CpuPeriod = 50000, CpuQuota = 20000, CpusetMems = "0", OomKillDisable = true, MemorySwappiness = 10 }));
        Assert.Equal((-1, -1), (unlimited.Memory!.Swap, unlimited.Pids!.Limit));
        Assert.True(unlimited.Memory.DisableOOMKiller);
        Assert.Equal((20000, 50000ul, "0", 10ul), (unlimited.Cpu!.Quota, unlimited.Cpu.Period, unlimited.Cpu.Mems, unlimited.Memory.Swappiness));
    }

    [Fact]
    public void Mounts_of_all_kinds()
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request(host => host.ReadonlyRootfs = true) with
        {
            Mounts =
            [
                new() { Destination = "/etc/hosts", Source = "/c/hosts", ReadOnly = true, Propagation = "rprivate" },
                new() { Destination = "/tmp" },
                new() { Destination = "/x", TmpfsOptions = "rw,size=10m,mode=1777,exec" },
                new() { Destination = "/data", Source = "/s", ReadOnly = true, Propagation = "rslave" },
                new() { Destination = "/v", Source = "/volume" },
                new() { Destination = "/m2", Source = "/s", NonRecursive = true, Propagation = "rprivate" },
                new() { Destination = "/m4", Source = "/s", ReadOnly = true, ReadOnlyNonRecursive = true, Propagation = "rprivate" },
                new() { Destination = "/sys/fs/cgroup", Source = "/s", Propagation = "rprivate" },
            ],
        });
        Assert.True(spec.Root!.Readonly);
        Assert.Equal(
            [
                "/tmp tmpfs tmpfs noexec,nosuid,nodev,rprivate",
                "/x tmpfs tmpfs nosuid,nodev,rprivate,rw,size=10m,mode=1777,exec",
                "/data bind /s rbind,rro,rslave",
                "/v bind /volume rbind",
                "/m2 bind /s bind,rprivate",
                "/m4 bind /s rbind,ro,rprivate",
                "/etc/hosts bind /c/hosts rbind,rro,rprivate",
                "/sys/fs/cgroup bind /s rbind,rprivate",
            ],
            Mounts(spec).Skip(6));
        Assert.Equal("rslave", spec.Linux!.RootfsPropagation);
    }

    [Fact]
    public void Init()
    {
        SpecRequest request = Request(host => host.Init = true) with { InitPath = "/usr/bin/init" };
        RuntimeSpec spec = RuntimeSpecBuilder.Build(request);
        Assert.Equal(["/sbin/docker-init", "--", "sleep", "1000"], spec.Process!.Args);
        Assert.Equal("/sbin/docker-init bind /usr/bin/init bind,ro", Mounts(spec)[^1]);
        Assert.Equal(["sleep", "1000"], RuntimeSpecBuilder.Build(request with { Pid = NamespaceChoice.Host }).Process!.Args);
    }

    [Fact]
    public void Privileged()
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request(host =>
        {
            host.Privileged = true;
            host.Devices = [new() { PathOnHost = "/dev/null", PathInContainer = "/dev/xx" }, new() { PathOnHost = "/dev/zero", PathInContainer = "/dev/zero" }];
        }));
        Assert.Equal(Capabilities.Available, spec.Process!.Capabilities!.Bounding!);
        Assert.Null(spec.Linux!.Seccomp);
        Assert.Null(spec.Linux.MaskedPaths);
        Assert.Null(spec.Linux.ReadonlyPaths);
        Assert.Contains("/sys sysfs sysfs nosuid,noexec,nodev", Mounts(spec));
        Assert.Contains("/sys/fs/cgroup cgroup cgroup nosuid,noexec,nodev", Mounts(spec));
        string[] paths = [.. spec.Linux.Devices!.Select(device => device.Path)];
        Assert.Contains("/dev/null", paths);
        Assert.Contains("/dev/xx", paths);
        Assert.Single(paths, path => path == "/dev/zero");
        Assert.DoesNotContain(paths, path => path == "/dev/console" || path.StartsWith("/dev/pts", StringComparison.Ordinal) || path.StartsWith("/dev/shm", StringComparison.Ordinal));
        Assert.True(spec.Linux.Resources!.Devices is [{ Allow: true, Type: null, Access: "rwm" }]);
    }

    [Fact]
    public void Devices()
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request(host =>
        {
            host.Devices = [new() { PathOnHost = "/dev/null", PathInContainer = "/dev/xnull", CgroupPermissions = "rw" }];
            host.DeviceCgroupRules = ["c 7:* rmw", "b *:* m"];
        }));
        Device device = Assert.Single(spec.Linux!.Devices!);
        Assert.Equal(("/dev/xnull", "c", 1, 3, 438u, 0u, 0u), (device.Path, device.Type, device.Major, device.Minor, device.FileMode, device.Uid, device.Gid));
        Assert.Equal(["c 1 3 rw", "c 7  rmw", "b   m"], spec.Linux.Resources!.Devices!.TakeLast(3).Select(rule => $"{rule.Type} {rule.Major} {rule.Minor} {rule.Access}"));
        Assert.Equal(
            "error gathering device information while adding custom device \"/dev/nope\": no such file or directory",
            Fails(host => host.Devices = [new() { PathOnHost = "/dev/nope", PathInContainer = "/dev/nope" }]));
        Assert.Equal(
            "error gathering device information while adding custom device \"/etc/passwd\": not a device node",
            Fails(host => host.Devices = [new() { PathOnHost = "/etc/passwd" }]));
        Assert.Equal("invalid device cgroup rule format: 'x 1:1 rwm'", Fails(host => host.DeviceCgroupRules = ["x 1:1 rwm"]));
        Assert.Equal("invalid device cgroup rule format: 'c 1 rwm'", Fails(host => host.DeviceCgroupRules = ["c 1 rwm"]));
    }

    [Fact]
    public void Security_options()
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request(host =>
        {
            host.SecurityOpt = ["no-new-privileges", "seccomp=unconfined", "label=disable", "apparmor=mine"];
            host.MaskedPaths = [];
            host.ReadonlyPaths = [];
            host.Sysctls = new() { ["net.ipv4.ping_group_range"] = "1 0", ["net.core.somaxconn"] = "100" };
        }));
        Assert.True(spec.Process!.NoNewPrivileges);
        Assert.Null(spec.Process.ApparmorProfile);
        Assert.Null(spec.Linux!.Seccomp);
        Assert.Null(spec.Linux.MaskedPaths);
        Assert.Null(spec.Linux.ReadonlyPaths);
        Assert.Equal("1 0", spec.Linux.Sysctl!["net.ipv4.ping_group_range"]);
        Assert.Equal("100", spec.Linux.Sysctl["net.core.somaxconn"]);
        Assert.Equal("0", spec.Linux.Sysctl["net.ipv4.ip_unprivileged_port_start"]);

        SpecRequest armored = Request() with { AppArmorProfile = "docker-default", NoNewPrivileges = true, SeccompProfile = """{"defaultAction":"SCMP_ACT_LOG"}""" };
        spec = RuntimeSpecBuilder.Build(armored);
        Assert.Equal("docker-default", spec.Process!.ApparmorProfile);
        Assert.True(spec.Process.NoNewPrivileges);
        Assert.Equal("SCMP_ACT_LOG", spec.Linux!.Seccomp!.DefaultAction);
        armored = armored with { Spec = Request(host => host.SecurityOpt = ["no-new-privileges:false", "seccomp=builtin", "apparmor=mine"]).Spec };
        spec = RuntimeSpecBuilder.Build(armored with { AppArmorProfile = "mine" });
        Assert.False(spec.Process!.NoNewPrivileges);
        Assert.Equal("mine", spec.Process.ApparmorProfile);

        // A privileged exec is confined as its container is.
        Assert.Equal("docker-default", RuntimeSpecBuilder.BuildExec(armored, new() { Cmd = ["id"], Privileged = true }, ResolvedUser.Root).ApparmorProfile);
        Assert.Equal("SCMP_ACT_ERRNO", spec.Linux!.Seccomp!.DefaultAction);

        Assert.Equal("invalid --security-opt 1: \"foo\"", Fails(host => host.SecurityOpt = ["foo"]));
        Assert.Equal("invalid --security-opt 2: \"foo=bar\"", Fails(host => host.SecurityOpt = ["foo=bar"]));
        Assert.Equal("invalid --security-opt 2: \"no-new-privileges=foo\"", Fails(host => host.SecurityOpt = ["no-new-privileges=foo"]));
    }

    [Theory]
    [InlineData(false, null, true)]
    [InlineData(true, null, false)]
    [InlineData(false, "writable-cgroups", false)]
    [InlineData(true, "writable-cgroups=false", true)]
    public void Cgroups_are_read_only_unless_asked_for(bool privileged, string? option, bool readOnly)
    {
        RuntimeSpec spec = RuntimeSpecBuilder.Build(Request(host => (host.Privileged, host.SecurityOpt) = (privileged, option is null ? null : [option])));
        Assert.Equal(readOnly, spec.Mounts!.Single(m => m.Destination == "/sys/fs/cgroup").Options!.Contains("ro"));
        Assert.Equal(!privileged, spec.Mounts!.Single(m => m.Destination == "/sys").Options!.Contains("ro"));
    }

    [Fact]
    public void Exec()
    {
        SpecRequest container = Request(host => host.CapDrop = ["ALL"], config => (config.Env, config.WorkingDir) = (["A=1"], "/w"));
        Process process = RuntimeSpecBuilder.BuildExec(container, new() { Cmd = ["id"], Tty = true, Env = ["A=2", "B=3"] }, new ResolvedUser(7, 8, [9], "/"));
        Assert.Equal(["id"], process.Args);
        Assert.Equal(["TERM=xterm", "A=2", "B=3"], process.Env!.Skip(2));
        Assert.Equal("/w", process.Cwd);
        Assert.Empty(process.Capabilities!.Bounding!);
        Assert.Equal([8u, 9u], process.User.AdditionalGids!);
        Assert.Equal(Capabilities.Available, RuntimeSpecBuilder.BuildExec(container, new() { Cmd = ["id"], Privileged = true, WorkingDir = "/x" }, ResolvedUser.Root).Capabilities!.Effective!);
        Assert.Equal("No exec command specified", Assert.Throws<QuaiException>(() => RuntimeSpecBuilder.BuildExec(container, new(), ResolvedUser.Root)).Message);
    }

    [Fact]
    public void Settings_of_the_network_are_made_before_those_of_the_user()
    {
        SpecRequest request = Request(host => host.Sysctls = new() { ["net.ipv6.conf.all.disable_ipv6"] = "0", ["net.x"] = "2" }) with
        {
            NetworkSettings = new Dictionary<string, string> { ["net.ipv6.conf.eth0.disable_ipv6"] = "1", ["net.x"] = "1" },
        };
        KeyValuePair<string, string>[] sysctls = [.. RuntimeSpecBuilder.Build(request).Linux!.Sysctl!];
        Assert.Equal("2", sysctls.Single(s => s.Key == "net.x").Value);
        Assert.True(Array.FindIndex(sysctls, s => s.Key == "net.ipv6.conf.eth0.disable_ipv6") < Array.FindIndex(sysctls, s => s.Key == "net.ipv6.conf.all.disable_ipv6"));

        // Another's network is as that one made it.
        Assert.Null(RuntimeSpecBuilder.Build(request with { Network = NamespaceChoice.Of(1, "net"), Spec = Request().Spec }).Linux!.Sysctl);
    }

    [Fact]
    public void Needs_a_command()
    {
        SpecRequest request = Request(config: config => config.Cmd = null);
        Assert.Equal("no command specified", Assert.Throws<QuaiException>(() => RuntimeSpecBuilder.Build(request)).Message);
    }

    private static string Fails(Action<HostConfig> change) => Assert.Throws<QuaiException>(() => RuntimeSpecBuilder.Build(Request(change))).Message;

    private static SpecRequest Request(Action<HostConfig>? change = null, Action<ContainerConfig>? config = null)
    {
        var host = new HostConfig();
        var program = new ContainerConfig { Cmd = ["sleep", "1000"] };
        change?.Invoke(host);
        config?.Invoke(program);
        HostConfigRules.SetDefaults(host, new EngineOptions { DataRoot = "/d", ExecRoot = "/e" });
        return new SpecRequest
        {
            Id = "25bdb359cc33aa",
            Spec = SpecReader.Read(program, host, []),
            User = ResolvedUser.Root,
            RootPath = "/root-of-it",
            Hostname = "25bdb359cc33",
            CgroupsPath = "/docker/25bdb359cc33aa",
            Mounts = s_networkFiles,
        };
    }

    private static List<string> Mounts(RuntimeSpec spec) =>
        spec.Mounts!.ConvertAll(mount => $"{mount.Destination} {mount.Type} {mount.Source} {string.Join(',', mount.Options!)}");
}

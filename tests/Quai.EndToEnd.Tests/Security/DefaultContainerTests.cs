namespace Quai.EndToEnd.Tests.Security;

/// <summary>What a container with no options can and cannot do.</summary>
public sealed class DefaultContainerTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Has_its_own_namespaces()
    {
        // Seven kinds with the user namespace; Docker leaves that one and time's alone unless told otherwise.
        string[] kinds = File.Exists("/sys/fs/cgroup/cgroup.controllers") ? ["cgroup", "ipc", "mnt", "net", "pid", "uts"] : ["ipc", "mnt", "net", "pid", "uts"];
        string[] inside = (await _docker.OkAsync($"run --rm {Image} sh -c 'for n in {string.Join(' ', kinds)}; do readlink /proc/self/ns/$n; done'")).Split('\n');
        Assert.Equal(kinds.Length, inside.Length);
        for (int i = 0; i < kinds.Length; i++)
        {
            Assert.StartsWith(kinds[i] + ":[", inside[i], StringComparison.Ordinal);
            Assert.NotEqual(new FileInfo("/proc/self/ns/" + kinds[i]).LinkTarget, inside[i]);
        }
    }

    [QuaidFact]
    public async Task Has_a_cgroup_namespace_of_its_own()
    {
        // Docker has this on cgroup v2 only unless asked; Quai everywhere.
        Assert.NotEqual(new FileInfo("/proc/self/ns/cgroup").LinkTarget, await _docker.OkAsync($"run --rm {Image} readlink /proc/self/ns/cgroup"));
    }

    [Fact]
    public async Task Has_dockers_default_capabilities_and_the_seccomp_filter() =>
        (await _docker.RunAsync($"run --rm {Image} grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc/self/status")).Expect(0,
            "CapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t2\n", "");

    [Fact]
    public async Task A_user_has_no_effective_capabilities() =>
        (await _docker.RunAsync($"run --rm -u alice {Image} grep -E '^Cap(Prm|Eff|Bnd)' /proc/self/status")).Expect(0, "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n", "");

    [Theory]
    [InlineData("unshare -m true", "Operation not permitted")]
    [InlineData("unshare -U true", "Operation not permitted")]
    [InlineData("mount -t tmpfs none /tmp", "permission denied|Operation not permitted")]
    [InlineData("hostname other", "Operation not permitted|sethostname")]
    [InlineData("swapon /bin/busybox", "Operation not permitted|swapon")]
    [InlineData("chroot /proc/1/root/../.. mknod /tmp/x b 8 0 && dd if=/tmp/x of=/dev/null count=1", "Operation not permitted")]
    [InlineData("ip link set lo down", "Operation not permitted")]
    public async Task Refuses(string command, string reason)
    {
        CommandResult result = await _docker.RunAsync($"run --rm {Image} sh -c '{command}'");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches(reason, result.Stderr);
    }

    [Fact]
    public async Task A_refused_call_is_allowed_without_the_filter()
    {
        // The filter is what stops unshare(CLONE_NEWUSER): without it, it works with no capability at all.
        (await _docker.RunAsync($"run --rm --cap-drop ALL {Image} unshare -U true")).ExpectFailure(1, "Operation not permitted");
        (await _docker.RunAsync($"run --rm --cap-drop ALL --security-opt seccomp=unconfined {Image} unshare -U true")).Expect(0);
    }

    [Theory]
    [InlineData("/proc/kcore")]
    [InlineData("/proc/keys")]
    [InlineData("/proc/timer_list")]
    [InlineData("/proc/sched_debug")]
    public async Task Sensitive_files_are_empty_devices(string file)
    {
        // Masked with /dev/null; not there at all where the kernel is built without them.
        string expected = File.Exists(file) ? "1:3 0" : "";
        Assert.Equal(expected, await _docker.OkAsync($"run --rm {Image} sh -c 'test ! -e {file} || echo $(stat -c %t:%T {file}) $(wc -c < {file})'"));
    }

    [Theory]
    [InlineData("/proc/acpi")]
    [InlineData("/proc/scsi")]
    [InlineData("/sys/firmware")]
    public async Task Sensitive_folders_are_empty(string folder) =>
        Assert.Equal("0", await _docker.OkAsync($"run --rm {Image} sh -c 'ls -A {folder} 2>/dev/null | wc -l'"));

    [Theory]
    [InlineData("/proc/sys/kernel/hostname")]
    [InlineData("/proc/sysrq-trigger")]
    [InlineData("/proc/irq/0/smp_affinity")]
    [InlineData("/sys/kernel/mm/transparent_hugepage/enabled")]
    [InlineData("/sys/fs/cgroup/memory/memory.limit_in_bytes")]
    [InlineData("/sys/fs/cgroup/memory.max")]
    public async Task Cannot_write(string file)
    {
        CommandResult result = await _docker.RunAsync($"run --rm {Image} sh -c 'echo 1 > {file}'");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches("Read-only file system|nonexistent directory|Permission denied", result.Stderr);
    }

    [Fact]
    public async Task Has_dockers_devices_and_no_others()
    {
        string[] devices = (await _docker.OkAsync($"run --rm {Image} ls /dev")).Split('\n');
        Assert.Equal(["fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"], devices.Where(d => d != "core").Order(StringComparer.Ordinal)); // core is a link to /proc/kcore where the kernel has that
        (await _docker.RunAsync($"run --rm {Image} sh -c 'echo x > /dev/null; head -c 4 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c; echo y > /dev/full'"))
            .ExpectFailure(1, "No space left on device");
    }

    [Fact]
    public async Task Sees_the_mounts_it_should()
    {
        string mounts = await _docker.OkAsync($"run --rm {Image} cat /proc/mounts");
        string[] lines = mounts.Split('\n');
        Has("/", "overlay", "rw");
        Has("/proc", "proc", "nosuid");
        Has("/dev", "tmpfs", "nosuid");
        Has("/dev/pts", "devpts", "noexec");
        Has("/dev/shm", "tmpfs", "nodev");
        Has("/dev/mqueue", "mqueue", "noexec");
        Has("/sys", "sysfs", "ro");
        Has("/etc/hosts", "", "rw");
        Has("/etc/resolv.conf", "", "rw");
        Has("/etc/hostname", "", "rw");

        void Has(string point, string type, string option)
        {
            string[] words = Assert.Single(lines, l => l.Split(' ')[1] == point).Split(' ');
            Assert.True(type.Length == 0 || words[2] == type, $"{point} is a {words[2]}");
            Assert.Contains(option, words[3].Split(','));
        }
    }

    [Fact]
    public async Task Sees_only_its_own_processes() =>
        Assert.Equal("1", await _docker.OkAsync($"run --rm {Image} sh -c 'echo $$'"));

    [Fact]
    public async Task Leaks_no_descriptors() =>
        Assert.Equal("0\n1\n2\n3", await _docker.OkAsync($"run --rm {Image} ls /proc/self/fd"));

    [Fact]
    public async Task Starts_with_no_signals_blocked_or_ignored() =>
        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000", await _docker.OkAsync($"run --rm {Image} grep -E '^Sig(Blk|Ign)' /proc/self/status"));

    [Fact]
    public async Task Has_the_expected_umask_and_no_stray_environment() =>
        Assert.Equal("0022\nHOME\nHOSTNAME\nPATH", (await _docker.OkAsync($"run --rm {Image} sh -c 'umask; env | cut -d= -f1 | grep -v -E \"^(PWD|SHLVL|_)$\" | sort'")));
}

namespace Quai.EndToEnd.Tests.Run;

/// <summary>The options of <c>run</c> as seen from inside the container.</summary>
public sealed class OptionsTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public Task Environment() => PrintsAsync("-e A=1 -e 'B=two words' -e NOT_SET_ANYWHERE", "sh -c 'echo $A; echo $B; env | grep -c NOT_SET; echo $PATH; echo $HOME'",
        "1\ntwo words\n0\n/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n/root\n");

    [Fact]
    public async Task Environment_from_a_file()
    {
        string file = Path.Combine(engine.Scratch("env"), "file");
        await File.WriteAllTextAsync(file, "# comment\nX=from file\n\nY=2\n");
        await PrintsAsync($"--env-file {file}", "sh -c 'echo $X$Y'", "from file2\n");
    }

    [Fact]
    public Task Working_folder_is_made_when_missing() => PrintsAsync("-w /made/just/now", "pwd", "/made/just/now\n");

    [Theory]
    [InlineData("alice", "uid=1000(alice) gid=1000(alice) groups=50(staff),1000(alice)\n")]
    [InlineData("1000", "uid=1000(alice) gid=1000(alice) groups=50(staff),1000(alice)\n")]
    [InlineData("alice:staff", "uid=1000(alice) gid=50(staff) groups=50(staff)\n")]
    [InlineData("4321:1234", "uid=4321 gid=1234 groups=1234\n")]
    public Task User(string user, string id) => PrintsAsync("-u " + user, "id", id);

    [Fact]
    public Task User_and_more_groups() => PrintsAsync("-u 1234:5678 --group-add staff --group-add 99", "id", "uid=1234 gid=5678 groups=50(staff),99,5678\n");

    [Fact]
    public Task Hostname() => PrintsAsync("-h my-host --domainname example.org", "sh -c 'hostname; grep -c my-host.example.org /etc/hosts; cat /etc/hostname'", "my-host\n1\nmy-host\n");

    [Fact]
    public async Task Hostname_is_the_ids_beginning_by_default()
    {
        string name = engine.Name();
        string id = await _docker.OkAsync($"run -d --name {name} {Image} sleep 1000");
        Assert.Equal(id[..12], await _docker.OkAsync($"exec {name} hostname"));
    }

    [Fact]
    public Task Entrypoint_takes_the_place_of_the_images() => PrintsAsync("--entrypoint echo", "a b", "a b\n");

    [Fact]
    public async Task Options_end_at_the_images_name() => await PrintsAsync("", "echo -it --rm -e X", "-it --rm -e X\n");

    [Fact]
    public async Task Bind_mounts_read_write_and_read_only()
    {
        string folder = engine.Scratch("bind" + Guid.NewGuid().ToString("n"));
        await File.WriteAllTextAsync(Path.Combine(folder, "in"), "from host\n");
        await PrintsAsync($"-v {folder}:/mnt", "sh -c 'cat /mnt/in; echo from inside > /mnt/out'", "from host\n");
        Assert.Equal("from inside\n", await File.ReadAllTextAsync(Path.Combine(folder, "out")));
        (await _docker.RunAsync($"run --rm -v {folder}:/mnt:ro {Image} touch /mnt/no")).ExpectFailure(1, "Read-only file system");
        await PrintsAsync($"--mount type=bind,source={folder}/in,target=/etc/one,readonly", "cat /etc/one", "from host\n");
    }

    [Fact]
    public async Task A_bind_source_that_is_missing_is_made_for_v_and_refused_for_mount()
    {
        string folder = Path.Combine(engine.Scratch("missing"), Guid.NewGuid().ToString("n"));
        string name = engine.Name();
        (await _docker.RunAsync($"run --name {name} --mount type=bind,source={folder},target=/mnt {Image} true"))
            .ExpectFailure(125, "bind source path does not exist: " + folder);
        (await _docker.RunAsync($"inspect --type container {name}")).Expect(1);
        await PrintsAsync($"-v {folder}:/mnt", "ls /mnt", "");
        Assert.True(Directory.Exists(folder));
    }

    [Fact]
    public async Task Named_volumes_keep_their_content()
    {
        string volume = engine.Name("vol");
        try
        {
            await PrintsAsync($"-v {volume}:/keep", "sh -c 'echo kept > /keep/file'", "");
            await PrintsAsync($"-v {volume}:/other:ro", "cat /other/file", "kept\n");
            Assert.Contains(volume, (await _docker.OkAsync("volume ls -q")).Split('\n'));
            Assert.Equal("local", await _docker.OkAsync($"volume inspect -f {{{{.Driver}}}} {volume}"));
        }
        finally
        {
            (await _docker.RunAsync($"volume rm {volume}")).Expect(0, volume + "\n");
        }
    }

    [Fact]
    public async Task A_new_named_volume_is_filled_from_the_image()
    {
        string volume = engine.Name("vol");
        await PrintsAsync($"-v {volume}:/etc", "cat /etc/group", "root:x:0:\nnogroup:x:65534:\nalice:x:1000:\nstaff:x:50:alice\n");
        await PrintsAsync($"-v {volume}:/v", "sh -c 'test -f /v/passwd && echo there'", "there\n");
        await _docker.OkAsync($"volume rm {volume}");
    }

    [Fact]
    public async Task Anonymous_volumes_go_with_rm()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} -v /anon {Image} sleep 1000");
        string volume = await _docker.InspectAsync(name, "{{(index .Mounts 0).Name}}");
        Assert.Contains(volume, (await _docker.OkAsync("volume ls -q")).Split('\n'));
        (await _docker.RunAsync($"volume rm {volume}")).ExpectFailure(1, "volume is in use");
        await _docker.OkAsync($"rm -fv {name}");
        Assert.DoesNotContain(volume, (await _docker.OkAsync("volume ls -q")).Split('\n'));
    }

    [Fact]
    public async Task Memory_limit_is_in_force()
    {
        await PrintsAsync("-m 32m", "sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'", "33554432\n");
        string name = engine.Name();
        CommandResult hog = await _docker.RunAsync($"run -m 32m --name {name} {Image} sh -c 'x=y; while :; do x=$x$x; done'");
        Assert.Equal(137, hog.ExitCode);
        Assert.Equal("true 137", await _docker.InspectAsync(name, "{{.State.OOMKilled}} {{.State.ExitCode}}"));
    }

    [Fact]
    public Task Cpu_limit_is_in_force() => File.Exists("/sys/fs/cgroup/cgroup.controllers")
        ? PrintsAsync("--cpus 0.5 --cpu-shares 512", "sh -c 'cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu.weight'", "50000 100000\n20\n")
        : PrintsAsync("--cpus 0.5 --cpu-shares 512", "sh -c 'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us /sys/fs/cgroup/cpu/cpu.shares'", "50000\n100000\n512\n");

    [Fact]
    public async Task Pids_limit_is_in_force()
    {
        await PrintsAsync("--pids-limit 20", "sh -c 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max'", "20\n");
        CommandResult result = await _docker.RunAsync($"run --rm --pids-limit 5 {Image} sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'");
        Assert.Contains("can't fork", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_only_root_with_a_tmpfs()
    {
        (await _docker.RunAsync($"run --rm --read-only {Image} touch /file")).ExpectFailure(1, "Read-only file system");
        await PrintsAsync("--read-only --tmpfs /fresh:size=1m,mode=700", "sh -c 'touch /fresh/file && stat -c %a /fresh && df -m /fresh | tail -n 1 | tr -s \" \" | cut -d\" \" -f2'", "700\n1\n");
    }

    [Fact]
    public Task Shm_size() => PrintsAsync("--shm-size 8m", "sh -c 'df -m /dev/shm | tail -n 1 | tr -s \" \" | cut -d\" \" -f2'", "8\n");

    [Theory]
    [InlineData("--cap-drop ALL", "0000000000000000")]
    [InlineData("--cap-drop ALL --cap-add CHOWN", "0000000000000001")]
    [InlineData("--cap-add NET_ADMIN", "00000000a80435fb")]
    [InlineData("--cap-add cap_sys_time --cap-drop chown", "00000000aa0425fa")]
    [InlineData("", "00000000a80425fb")]
    public Task Capabilities(string options, string mask) =>
        PrintsAsync(options, "grep -E 'Cap(Prm|Eff|Bnd)' /proc/self/status", $"CapPrm:\t{mask}\nCapEff:\t{mask}\nCapBnd:\t{mask}\n");

    [Fact]
    public async Task Privileged_has_the_hosts_capabilities_devices_and_no_filter()
    {
        string host = (await File.ReadAllLinesAsync("/proc/self/status")).Single(l => l.StartsWith("CapBnd", StringComparison.Ordinal));
        await PrintsAsync("--privileged", "sh -c 'grep -E \"CapBnd|Seccomp:\" /proc/self/status; test -c /dev/loop-control -o -c /dev/fuse -o -c /dev/kmsg && echo devices; mount -t tmpfs none /mnt2 2>/dev/null || mkdir /mnt2 && mount -t tmpfs none /mnt2 && echo mounted'",
            $"{host}\nSeccomp:\t0\ndevices\nmounted\n");
    }

    [Fact]
    public Task Security_options() => PrintsAsync("--security-opt no-new-privileges --security-opt seccomp=unconfined", "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status", "NoNewPrivs:\t1\nSeccomp:\t0\n");

    [Fact]
    public Task Ulimits() => PrintsAsync("--ulimit nofile=1000:2000 --ulimit core=0", "sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'", "1000\n2000\n0\n");

    [Fact]
    public Task Sysctls() => PrintsAsync("--sysctl net.ipv4.ip_unprivileged_port_start=7 --sysctl kernel.shm_rmid_forced=1", "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced", "7\n1\n");

    [Fact]
    public Task A_device_of_the_host() => PrintsAsync("--device /dev/kmsg:/dev/hostlog:r", "sh -c 'test -c /dev/hostlog && stat -c %t:%T /dev/hostlog'", "1:b\n");

    [QuaidFact]
    public Task Init_is_the_first_process_and_reaps() =>
        PrintsAsync("--init", "sh -c 'test $$ -ne 1 && echo second; (sleep 0.1 &) ; sleep 0.5; grep -l \") Z \" /proc/[0-9]*/stat | wc -l'", "second\n0\n");

    [Fact]
    public Task Labels_and_annotations_do_not_disturb() => PrintsAsync("-l a=b --label c", "echo ok", "ok\n");

    [Fact]
    public Task Extra_hosts() => PrintsAsync("--add-host other:10.1.2.3", "grep other /etc/hosts", "10.1.2.3\tother\n");

    [Fact]
    public Task Dns_options() => PrintsAsync("--dns 10.9.8.7 --dns-search example.org --dns-option ndots:3", "grep ^[a-z] /etc/resolv.conf", "nameserver 10.9.8.7\nsearch example.org\noptions ndots:3\n");

    [Fact]
    public Task Pid_of_the_host() => PrintsAsync("--pid host", "readlink /proc/self/ns/pid", new FileInfo("/proc/self/ns/pid").LinkTarget + "\n");

    [Fact]
    public Task Ipc_and_uts_of_the_host() => PrintsAsync("--ipc host --uts host", "sh -c 'readlink /proc/self/ns/ipc; readlink /proc/self/ns/uts'",
        $"{new FileInfo("/proc/self/ns/ipc").LinkTarget}\n{new FileInfo("/proc/self/ns/uts").LinkTarget}\n");

    private async Task PrintsAsync(string options, string command, string expected) =>
        (await _docker.RunAsync($"run --rm --name {engine.Name()} {options} {Image} {command}")).Expect(0, expected, "");
}

namespace Quai.EndToEnd.Tests.Volumes;

/// <summary>Volumes that are mounts: <c>-o type=… -o device=… -o o=…</c>.</summary>
public sealed class LocalDriverTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private readonly VolumeNames _names = new(engine);

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DisposeAsync() => _names.RemoveAsync();

    [Theory]
    [InlineData("size=100m,uid=1000", "rw,relatime,size=102400k,uid=1000")]
    [InlineData("nosuid,nodev,noexec,mode=700", "rw,nosuid,nodev,noexec,relatime,mode=700")]
    [InlineData("ro", "ro,relatime")]
    [InlineData("ro,rw", "rw,relatime")]
    [InlineData("size=1m,size=2m", "rw,relatime,size=2048k")]
    [InlineData("rshared", "rw,relatime")]
    public async Task A_tmpfs_has_the_options_that_were_given(string options, string shown)
    {
        string name = _names.New();
        await _docker.OkAsync($"volume create -o type=tmpfs -o device=tmpfs -o o={options} {name}");
        Assert.Equal($"tmpfs on /v type tmpfs ({shown})", await MountOfAsync(name));
    }

    [Fact]
    public async Task A_folder_of_the_host_is_bound()
    {
        string folder = engine.Scratch(engine.Name("folder")), name = _names.New(), readOnly = _names.New();
        await File.WriteAllTextAsync($"{folder}/seen", "");
        await _docker.OkAsync($"volume create -o type=none -o device={folder} -o o=bind {name}");
        Assert.Equal("seen", await _docker.OkAsync($"run --rm -v {name}:/v {Image} ls /v"));
        await _docker.OkAsync($"run --rm -v {name}:/v {Image} touch /v/made");
        Assert.True(File.Exists($"{folder}/made"));
        await _docker.OkAsync($"volume create -o type=none -o device={folder} -o o=bind,ro {readOnly}");
        (await _docker.RunAsync($"run --rm -v {readOnly}:/v {Image} touch /v/no")).ExpectFailure(1, "Read-only file system");
    }

    [Theory]
    [InlineData("none", "/no/such/folder", "bind", ", flags: 0x1000: no such file or directory")]
    [InlineData("none", "/etc/passwd", "bind", ", flags: 0x1000: not a directory")]
    [InlineData("nosuch", "device", "", ": no such device")]
    [InlineData("tmpfs", "tmpfs", "foo=bar,size=1m", ", data: foo=bar,size=1m: invalid argument")]
    [InlineData("ext4", "/etc/passwd", "", ": block device required")]
    public async Task What_cannot_be_mounted_fails_the_start_and_says_how(string type, string device, string options, string end)
    {
        string name = _names.New();
        await _docker.OkAsync($"volume create -o type={type} -o device={device} {(options.Length > 0 ? "-o o=" + options : "")} {name}");
        string folder = await _docker.OkAsync($"volume inspect -f '{{{{.Mountpoint}}}}' {name}");
        CommandResult result = await _docker.RunAsync($"run --rm -v {name}:/v {Image} true");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"error while mounting volume '{folder}': failed to mount local volume: mount {device}:{folder}{end}", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nfs", ":/export", "addr=no-such-host.invalid", "error resolving passed in network volume address: lookup no-such-host.invalid")]
    [InlineData("cifs", "//no-such-host.invalid/share", "password=secret", "error resolving passed in network volume address: lookup no-such-host.invalid")]
    [InlineData("tmpfs", "", "size=1m", "missing device in volume options")]
    public async Task What_is_wrong_before_the_mount_is_said(string type, string device, string options, string why)
    {
        string name = _names.New();
        await _docker.OkAsync($"volume create -o type={type} -o device={device} -o o={options} {name}");
        CommandResult result = await _docker.RunAsync($"run --rm -v {name}:/v {Image} true");
        result.ExpectFailure(125, "error while mounting volume '", why);
        Assert.DoesNotContain("secret", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_given_to_the_kernel_by_its_address_and_a_password_is_not_told()
    {
        string nfs = _names.New(), cifs = _names.New();
        await _docker.OkAsync($"volume create -o type=nfs -o device=:/export -o o=addr=localhost,nfsvers=9 {nfs}");
        Assert.Contains("data: addr=127.0.0.1,nfsvers=9: ", (await _docker.RunAsync($"run --rm -v {nfs}:/v {Image} true")).Stderr, StringComparison.Ordinal);
        await _docker.OkAsync($"volume create -o type=cifs -o device=//localhost/share -o o=vers=9,password=secret {cifs}");
        string said = (await _docker.RunAsync($"run --rm -v {cifs}:/v {Image} true")).Stderr;
        Assert.Contains("mount //127.0.0.1/share:", said, StringComparison.Ordinal);
        Assert.Contains("data: vers=9,password=********: ", said, StringComparison.Ordinal);
    }

    /// <summary>Mounted for the first container, and as long as one runs: whichever daemon counts.</summary>
    [QuaidFact]
    public async Task A_mount_is_shared_by_its_containers_and_outlives_the_daemon()
    {
        string name = _names.New(), first = engine.Name(), second = engine.Name();
        await _docker.OkAsync($"volume create -o type=tmpfs -o device=tmpfs {name}");
        string folder = await _docker.OkAsync($"volume inspect -f '{{{{.Mountpoint}}}}' {name}");
        await _docker.OkAsync($"run -d --name {first} -v {name}:/v {Image} sh -c 'touch /v/seen; sleep 600'");
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        await _docker.OkAsync($"run -d --name {second} -v {name}:/v {Image} sleep 600");
        Assert.Equal("seen", await _docker.OkAsync($"exec {second} ls /v"));
        await _docker.OkAsync($"rm -f {first}");
        Assert.True(IsMounted(folder));
        await engine.StopDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.True(IsMounted(folder));
        await _docker.OkAsync($"rm -f {second}");
        Assert.False(IsMounted(folder));
    }

    [QuaidFact]
    public async Task A_mount_whose_container_ended_without_a_daemon_is_unmounted_by_the_next()
    {
        string name = _names.New(), container = engine.Name();
        await _docker.OkAsync($"volume create -o type=tmpfs -o device=tmpfs {name}");
        string folder = await _docker.OkAsync($"volume inspect -f '{{{{.Mountpoint}}}}' {name}");
        await _docker.OkAsync($"run -d --name {container} -v {name}:/v {Image} sleep 600");
        string pid = await _docker.InspectAsync(container, "{{.State.Pid}}");
        await engine.KillDaemonAsync();
        Assert.True(IsMounted(folder));
        await RunningCommand.RunAsync("/bin/kill", ["-KILL", pid]);
        await engine.StartDaemonAsync();
        await Eventually.HoldsAsync(() => IsMounted(folder) ? "still mounted" : null);
    }

    /// <summary>Quai's own option: Docker leaves loop devices to the administrator.</summary>
    [QuaidFact]
    public async Task A_file_is_mounted_by_a_loop_device_which_goes_with_the_last_container()
    {
        string file = $"{engine.Scratch("loop")}/image", name = _names.New();
        (await RunningCommand.RunAsync("/bin/sh", ["-c", $"truncate -s 16M {file} && mkfs.ext4 -q {file}"])).Expect();
        await _docker.OkAsync($"volume create -o type=ext4 -o device={file} -o o=loop,noatime {name}");
        Assert.Equal("kept", await _docker.OkAsync($"run --rm -v {name}:/v {Image} sh -c 'echo kept > /v/file; cat /v/file'"));
        Assert.Equal("kept", await _docker.OkAsync($"run --rm -v {name}:/v {Image} cat /v/file"));
        Assert.StartsWith("/dev/loop", await MountOfAsync(name), StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => Directory.GetDirectories("/sys/block", "loop*").Any(d => IsOf(d, file)) ? "the loop device is still attached" : null);
    }

    private static bool IsOf(string device, string file)
    {
        try
        {
            return File.ReadAllText($"{device}/loop/backing_file").TrimEnd() == file;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsMounted(string folder) => File.ReadLines("/proc/self/mountinfo").Any(line => line.Split(' ')[4] == folder);

    private async Task<string> MountOfAsync(string volume) =>
        (await _docker.OkAsync($"run --rm -v {volume}:/v {Image} grep \" /v \" /proc/mounts")) is var line && line.Split(' ') is [var device, var at, var type, var options, ..]
            ? $"{device} on {at} type {type} ({options.Replace(",inode64", "", StringComparison.Ordinal)})"
            : throw new InvalidOperationException(line);
}

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>Propagation of binds, read-only binds that are not so below, and parts of volumes.</summary>
public sealed class MountTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private readonly List<string> _mounts = [];

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (string mount in Enumerable.Reverse(_mounts))
        {
            await ShellAsync($"umount -R {mount}");
        }
    }

    [Theory]
    [InlineData("shared")]
    [InlineData("rshared")]
    public async Task What_is_mounted_in_a_shared_bind_is_seen_on_both_sides(string propagation)
    {
        string folder = await MountAsync("shared"), name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --privileged -v {folder}:/b:{propagation} {Image} sleep 600");
        await ShellAsync($"mkdir {folder}/host && mount -t tmpfs t {folder}/host && touch {folder}/host/seen");
        Assert.Equal("seen", await _docker.OkAsync($"exec {name} ls /b/host"));
        await _docker.OkAsync($"exec {name} sh -c 'mkdir /b/inside && mount -t tmpfs t /b/inside && touch /b/inside/seen'");
        Assert.Equal("seen", await ShellAsync($"ls {folder}/inside"));
        await _docker.OkAsync($"exec {name} umount /b/inside");
        Assert.Equal("", await ShellAsync($"ls {folder}/inside"));
    }

    [Fact]
    public async Task A_slave_bind_receives_and_gives_nothing()
    {
        string folder = await MountAsync("shared"), name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --privileged -v {folder}:/b:rslave {Image} sleep 600");
        await ShellAsync($"mkdir {folder}/host && mount -t tmpfs t {folder}/host && touch {folder}/host/seen");
        Assert.Equal("seen", await _docker.OkAsync($"exec {name} ls /b/host"));
        await _docker.OkAsync($"exec {name} sh -c 'mkdir /b/inside && mount -t tmpfs t /b/inside && touch /b/inside/seen'");
        Assert.Equal("", await ShellAsync($"ls {folder}/inside"));
    }

    [Theory]
    [InlineData("rshared", "but it is not a shared mount")]
    [InlineData("shared", "but it is not a shared mount")]
    [InlineData("rslave", "but it is not a shared or slave mount")]
    public async Task A_bind_of_what_is_private_is_refused(string propagation, string why)
    {
        string folder = await MountAsync("private");
        (await _docker.RunAsync($"run --rm -v {folder}:/b:{propagation} {Image} true")).ExpectFailure(125, $"path {folder} is mounted on {folder} {why}");
    }

    /// <summary>A mount that the container's own was not to be part of: Quai mounts the root on the host never, shared or not.</summary>
    [QuaidFact]
    public async Task A_container_with_a_shared_bind_leaves_no_mount_on_the_host()
    {
        string folder = await MountAsync("shared"), name = engine.Name();
        string before = await ShellAsync("wc -l < /proc/self/mountinfo");
        await _docker.OkAsync($"run -d --name {name} -v {folder}:/b:rshared {Image} sleep 600");
        Assert.Equal(before, await ShellAsync("wc -l < /proc/self/mountinfo"));
        Assert.Equal("/b ok", await _docker.OkAsync($"exec {name} sh -c 'touch /b/x && echo /b ok'"));
    }

    [Theory]
    [InlineData("", "Read-only file system", 1)]
    [InlineData(",bind-recursive=writable", "", 0)]
    [InlineData(",bind-recursive=readonly,bind-propagation=rprivate", "Read-only file system", 1)]
    public async Task What_lies_below_a_read_only_bind_is_read_only_unless_said_otherwise(string options, string said, int code)
    {
        string folder = await MountAsync("private");
        await ShellAsync($"mkdir {folder}/below && mount -t tmpfs t {folder}/below");
        CommandResult result = await _docker.RunAsync($"run --rm --mount type=bind,src={folder},dst=/b,readonly{options} {Image} touch /b/below/x");
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(said, result.Stderr, StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm --mount type=bind,src={folder},dst=/b,readonly{options} {Image} touch /b/x")).ExpectFailure(1, "Read-only file system");
    }

    [Fact]
    public async Task An_empty_part_of_a_volume_receives_the_images_content()
    {
        string volume = engine.Name("volume");
        try
        {
            await _docker.OkAsync($"run --rm -v {volume}:/v {Image} mkdir -p /v/s/t /v/full/x");
            Assert.Contains("passwd", await _docker.OkAsync($"run --rm --mount type=volume,src={volume},dst=/etc,volume-subpath=s/t {Image} ls /etc"), StringComparison.Ordinal);
            Assert.Contains("passwd", await _docker.OkAsync($"run --rm -v {volume}:/v {Image} ls /v/s/t"), StringComparison.Ordinal);
            Assert.Equal("full\ns", await _docker.OkAsync($"run --rm -v {volume}:/v {Image} ls /v"));
            Assert.DoesNotContain("passwd", await _docker.OkAsync($"run --rm --mount type=volume,src={volume},dst=/etc,volume-subpath=full {Image} ls /etc"), StringComparison.Ordinal);
            await _docker.OkAsync($"run --rm -v {volume}:/v {Image} mkdir /v/n");
            Assert.DoesNotContain("passwd", await _docker.OkAsync($"run --rm --mount type=volume,src={volume},dst=/etc,volume-subpath=n,volume-nocopy {Image} ls /etc"), StringComparison.Ordinal);
        }
        finally
        {
            await _docker.OkAsync($"volume rm -f {volume}");
        }
    }

    private async Task<string> MountAsync(string propagation)
    {
        string folder = engine.Scratch(engine.Name("mount"));
        await ShellAsync($"mount -t tmpfs t {folder} && mount --make-{propagation} {folder}");
        _mounts.Add(folder);
        return folder;
    }

    private static async Task<string> ShellAsync(string script) => (await RunningCommand.RunAsync("/bin/sh", ["-c", script], default, new Dictionary<string, string>())).Text;
}

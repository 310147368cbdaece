namespace Quai.EndToEnd.Tests.Volumes;

/// <summary><c>--mount type=image</c>.</summary>
public sealed class ImageMountTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private readonly string _layered = engine.Name("layered");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        // Two layers, the upper of which changes the lower.
        string container = engine.Name();
        await _docker.OkAsync($"run --name {container} {Image} sh -c 'rm /etc/group; mkdir /added; echo upper > /added/file; ln -s ../../../.. /etc/link; ln -s added /beside'");
        await _docker.OkAsync($"commit {container} {_layered}");
        await _docker.OkAsync($"rm {container}");
    }

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _docker.RunAsync($"rmi -f {_layered}");

    [Fact]
    public async Task An_image_is_seen_whole_and_cannot_be_written_to()
    {
        Assert.Equal("upper\npasswd", (await _docker.OkAsync($"run --rm --mount type=image,src={_layered},dst=/i {Image} sh -c 'cat /i/added/file; ls /i/etc | grep -v link'")).ReplaceLineEndings("\n"));
        (await _docker.RunAsync($"run --rm --mount type=image,src={_layered},dst=/i {Image} touch /i/x")).ExpectFailure(1, "Read-only file system");
        Assert.Contains("busybox", await _docker.OkAsync($"run --rm --mount type=image,src={Image},dst=/i {Image} ls /i/bin"), StringComparison.Ordinal);
        (await _docker.RunAsync($"run --rm --mount type=image,src={Image},dst=/i {Image} touch /i/x")).ExpectFailure(1, "Read-only file system");
    }

    [Theory]
    [InlineData("added", "ls /i", "file")]
    [InlineData("added/file", "cat /i", "upper")]
    [InlineData("beside", "ls /i", "file")]
    [InlineData("added/../etc/passwd", "grep -c root /i", "1")]
    public async Task A_part_of_an_image_is_mounted(string part, string command, string says) =>
        Assert.Equal(says, await _docker.OkAsync($"run --rm --mount type=image,src={_layered},dst=/i,image-subpath={part} {Image} {command}"));

    [Theory]
    [InlineData("nosuch", "cannot access path")]
    [InlineData("etc/link", "path concatenation escapes the base directory")]
    public async Task A_part_that_is_not_in_the_image_fails_the_start(string part, string why)
    {
        CommandResult result = await _docker.RunAsync($"run --rm --mount type=image,src={_layered},dst=/i,image-subpath={part} {Image} true");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(why, result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mounted_image_is_in_use_and_shown()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} --mount type=image,src={_layered},dst=/i {Image} sleep 600");
        (await _docker.RunAsync($"rmi {_layered}")).ExpectFailure(1, "conflict: unable to remove repository reference");
        Assert.Equal($"image {_layered} /i false rprivate", await _docker.InspectAsync(name, "{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}} {{.Propagation}}{{end}}"));
        await _docker.OkAsync($"restart -t 0 {name}");
        Assert.Equal("upper", await _docker.OkAsync($"exec {name} cat /i/added/file"));
        await _docker.OkAsync($"rm -f {name}");
        await _docker.OkAsync($"rmi {_layered}");
    }

    [Fact]
    public async Task There_is_no_mount_of_an_image_that_does_not_exist() =>
        (await _docker.RunAsync($"create --pull never --mount type=image,src=no-such-image,dst=/i {Image} true")).ExpectFailure(1, "No such image: no-such-image:latest");

    [QuaidFact]
    public async Task A_mounted_image_survives_the_daemon_and_is_copied_from()
    {
        string name = engine.Name();
        await _docker.OkAsync($"create --name {name} --mount type=image,src={_layered},dst=/i {Image} cat /i/added/file");
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Equal("upper", await _docker.OkAsync($"start -a {name}"));
        string target = $"{engine.Scratch("copied")}/file";
        await _docker.OkAsync($"cp {name}:/i/added/file {target}");
        Assert.Equal("upper\n", await File.ReadAllTextAsync(target));
        await _docker.OkAsync($"rm {name}");
    }
}

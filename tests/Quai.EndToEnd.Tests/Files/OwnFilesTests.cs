namespace Quai.EndToEnd.Tests.Files;

/// <summary>What programs look for to learn that they are in a container, and what is mounted there.</summary>
public sealed class OwnFilesTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Look = "sh -c 'stat -c \"%A %s\" /.dockerenv; readlink /etc/mtab; grep -c \" / \" /etc/mtab'";

    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("")]
    [InlineData("--read-only ")]
    [InlineData("--user 1000 --network none ")]
    [InlineData("--privileged ")]
    public async Task A_container_has_dockers_own_files(string options) =>
        Assert.Equal("-rwxr-xr-x 0\n/proc/mounts\n1", await _docker.OkAsync($"run --rm {options}{BusyboxImage.Name} {Look}"));

    [Fact]
    public async Task They_are_no_change_and_in_no_image()
    {
        string name = engine.Name(), image = engine.Name("own");
        await _docker.OkAsync($"run --name {name} {BusyboxImage.Name} touch /mine");
        Assert.Equal("A /mine", await _docker.OkAsync($"diff {name}"));
        Assert.Equal("0", await _docker.OkAsync($"inspect -s -f {{{{.SizeRw}}}} {name}"));
        await _docker.OkAsync($"commit {name} {image}");
        string names = await NamesAsync(image);
        Assert.Contains("mine\n", names, StringComparison.Ordinal);
        Assert.DoesNotContain("dockerenv", names, StringComparison.Ordinal);
        Assert.DoesNotContain("mtab", names, StringComparison.Ordinal);
        Assert.Equal("-rwxr-xr-x 0\n/proc/mounts\n1", await _docker.OkAsync($"run --rm {image} {Look}"));
        await _docker.OkAsync($"rm {name}");
        await _docker.OkAsync($"rmi {image}");
    }

    [Fact]
    public async Task What_an_image_has_there_is_covered_and_stays_the_images()
    {
        string tag = engine.Name("mtab") + ":1";
        (await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.Folder("etc/"), TestImage.File("etc/mtab", "mine"))).DockerArchive(tag))).Expect();
        string name = engine.Name(), image = engine.Name("own");
        Assert.Equal("/proc/mounts", await _docker.OkAsync($"run --name {name} {tag} readlink /etc/mtab"));
        Assert.Equal("", await _docker.OkAsync($"diff {name}"));
        await _docker.OkAsync($"commit {name} {image}");
        string names = await NamesAsync(image);
        Assert.Contains("etc/mtab\n", names, StringComparison.Ordinal);
        Assert.DoesNotContain(".wh.", names, StringComparison.Ordinal);
        await _docker.OkAsync($"rm {name}");
        await _docker.OkAsync($"rmi {image} {tag}");
    }

    [Fact]
    public async Task They_are_the_containers_to_change()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run --name {name} {BusyboxImage.Name} sh -c 'cat /mine 2>/dev/null && ls /.dockerenv /etc/mtab 2>/dev/null; rm -f /.dockerenv /etc/mtab; echo again > /mine'");
        Assert.Equal("again", (await _docker.RunAsync($"start -a {name}")).Stdout.Trim());
        await _docker.OkAsync($"rm {name}");
    }

    /// <summary>The names in all layers of an image.</summary>
    private async Task<string> NamesAsync(string image)
    {
        string archive = engine.Scratch(engine.Name("saved")) + "/image.tar";
        await _docker.OkAsync($"save -o {archive} {image}");
        return await RunningCommand.ShellAsync($"cd $(dirname {archive}) && tar xf image.tar && for f in $(find . -type f); do tar tf $f 2>/dev/null; done; true");
    }
}

namespace Quai.EndToEnd.Tests.Files;

/// <summary>Links of an image that lead elsewhere, or to nothing: they are followed with the image's root as <c>/</c>.</summary>
public sealed class LinkTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task A_layer_may_write_through_its_own_absolute_link()
    {
        string tag = await LoadAsync(new TestImage()
            .WithBusybox()
            .WithLayer(TestImage.Tar(TestImage.Folder("data/"), TestImage.File("data/old", "old")))
            .WithLayer(TestImage.Tar(
                TestImage.Folder("data/"), TestImage.Folder("srv/"), TestImage.Link("srv/data", "/data"), TestImage.File("srv/data/pid", "1"),
                new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.HardLink, "srv/data/hard") { LinkName = "srv/data/pid", Mode = (UnixFileMode)0b110_100_100 },
                TestImage.File("srv/data/.wh.old", ""))));
        Assert.Equal("hard pid 1 1 /data", await _docker.OkAsync($"run --rm {tag} sh -c 'echo $(ls /data) $(cat /data/pid) $(cat /data/hard) $(readlink /srv/data)'"));
    }

    [Fact]
    public async Task Places_behind_links_to_nothing_are_made_within_the_root()
    {
        TestImage image = new TestImage().WithBusybox().WithLayer(TestImage.Tar(
            TestImage.Link("work", "/quai-e2e-nowhere/work"), TestImage.Link("vol", "../../quai-e2e-nowhere/vol"), TestImage.Link("bind", "quai-e2e-nowhere/bind"), TestImage.Link("file", "/quai-e2e-nowhere/file"),
            TestImage.Link("etc/resolv.conf", "../quai-e2e-nowhere/systemd/stub-resolv.conf")));
        image.Config["config"]!["WorkingDir"] = "/work";
        image.Config["config"]!["Volumes"] = new System.Text.Json.Nodes.JsonObject { ["/vol"] = new System.Text.Json.Nodes.JsonObject() };
        string tag = await LoadAsync(image), folder = engine.Scratch(engine.Name("bound"));
        await File.WriteAllTextAsync(folder + "/f", "data");
        Assert.Equal(
            "/quai-e2e-nowhere/work f data yes",
            await _docker.OkAsync($"run --rm -v {folder}:/bind -v {folder}/f:/file {tag} sh -c 'echo $(pwd) $(ls /quai-e2e-nowhere/bind) $(cat /quai-e2e-nowhere/file) $(grep -q \" /quai-e2e-nowhere/vol \" /proc/mounts && grep -q nameserver /etc/resolv.conf && echo yes)'"));
        Assert.False(Directory.Exists("/quai-e2e-nowhere"));
    }

    private async Task<string> LoadAsync(TestImage image)
    {
        string tag = engine.Name("links") + ":1";
        (await _docker.RunAsync("load", image.DockerArchive(tag))).Expect();
        return tag;
    }
}

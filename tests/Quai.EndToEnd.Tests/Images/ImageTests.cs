using System.Text.Json;

namespace Quai.EndToEnd.Tests.Images;

/// <summary>import, load, save, tag, rmi, images, inspect, and what layers become.</summary>
public sealed class ImageTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Import_makes_an_image_of_a_tar()
    {
        string name = engine.Name("image") + ":one";
        string id = (await _docker.RunAsync($"import -m 'by hand' -c 'ENV A=imported' -c 'WORKDIR /tmp' -c 'ENTRYPOINT [\"/bin/sh\", \"-c\"]' -c 'CMD [\"echo $A; pwd\"]' - {name}", TestImage.Gzip(BusyboxImage.RootTar))).Succeeded();
        Assert.Matches("^sha256:[0-9a-f]{64}$", id);
        (await _docker.RunAsync($"run --rm {name}")).Expect(0, "imported\n/tmp\n", "");
        Assert.Equal($"{id} by hand 1 linux {TestImage.Architecture}", await _docker.OkAsync($"image inspect -f '{{{{.Id}}}} {{{{.Comment}}}} {{{{len .RootFS.Layers}}}} {{{{.Os}}}} {{{{.Architecture}}}}' {name}"));
        (await _docker.RunAsync($"rmi {name}")).Expect(0, stderr: "");
    }

    [Fact]
    public async Task Load_takes_a_docker_archive()
    {
        string name = engine.Name("image") + ":two";
        byte[] archive = new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("hello", "from the second layer\n"))).DockerArchive(name);
        (await _docker.RunAsync("load", archive)).Expect(0, $"Loaded image: {name}\n", "");
        (await _docker.RunAsync($"run --rm {name} cat /hello")).Expect(0, "from the second layer\n", "");
        string file = Path.Combine(engine.Scratch("load"), "archive.tar.gz");
        await File.WriteAllBytesAsync(file, TestImage.Gzip(archive));
        (await _docker.RunAsync($"load -q -i {file}")).Expect(0, $"Loaded image: {name}\n", "");
        await _docker.OkAsync($"rmi {name}");
    }

    [Fact]
    public async Task Save_and_load_give_the_same_image()
    {
        string name = engine.Name("image") + ":three";
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("a", "1"))).DockerArchive(name));
        string id = await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {name}");
        CommandResult saved = (await _docker.RunAsync($"save {name}")).Expect(0, stderr: "");
        await _docker.OkAsync($"rmi {name}");
        (await _docker.RunAsync($"image inspect {name}")).ExpectFailure(1, "No such image: " + name);
        (await _docker.RunAsync("load", saved.StdoutBytes)).Expect(0, $"Loaded image: {name}\n");
        Assert.Equal(id, await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {name}"));
        (await _docker.RunAsync($"run --rm {name} cat /a")).Expect(0, "1");
        await _docker.OkAsync($"rmi {name}");
    }

    [Fact]
    public async Task What_is_saved_is_read_by_skopeo()
    {
        string file = Path.Combine(engine.Scratch("skopeo"), "saved.tar");
        await _docker.OkAsync($"save -o {file} {BusyboxImage.Name}");
        using JsonDocument seen = JsonDocument.Parse((await RunningCommand.RunAsync("skopeo", ["--insecure-policy", "inspect", "docker-archive:" + file])).Succeeded());
        Assert.Equal(TestImage.Architecture, seen.RootElement.GetProperty("Architecture").GetString());
        Assert.Equal(1, seen.RootElement.GetProperty("Layers").GetArrayLength());
    }

    [Fact]
    public async Task Tag_and_rmi_are_about_names_until_the_last()
    {
        string repository = engine.Name("image");
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File(repository, "x"))).DockerArchive(repository + ":a"));
        string id = await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {repository}:a");
        (await _docker.RunAsync($"tag {repository}:a {repository}:b")).Expect(0, "", "");
        Assert.Equal(id, await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {repository}:b"));
        (await _docker.RunAsync($"rmi {repository}:a")).Expect(0, $"Untagged: {repository}:a\n", "");
        (await _docker.RunAsync($"rmi {id}")).Expect(0).Stdout.StartsWith($"Untagged: {repository}:b\nDeleted: {id}\n", StringComparison.Ordinal);
        (await _docker.RunAsync($"rmi {repository}:b")).ExpectFailure(1, "No such image: " + repository + ":b");
        (await _docker.RunAsync($"tag {repository}:a x:y")).ExpectFailure(1, "No such image: " + repository + ":a");
        (await _docker.RunAsync($"tag {BusyboxImage.Name} UPPER:case")).ExpectFailure(1, "invalid reference format", "must be lowercase");
    }

    [Fact]
    public async Task An_image_in_use_is_not_removed()
    {
        string name = engine.Name("image") + ":used";
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("used", name))).DockerArchive(name));
        string container = engine.Name();
        string id = await _docker.OkAsync($"run -d --name {container} {name} sleep 1000");
        (await _docker.RunAsync($"rmi {name}")).ExpectFailure(1, $"conflict: unable to remove repository reference \"{name}\" (must force) - container {id[..12]} is using its referenced image");
        await _docker.OkAsync($"kill {container}");
        await _docker.OkAsync($"wait {container}");
        string image = await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {name}");
        (await _docker.RunAsync($"rmi {image}")).ExpectFailure(1, "unable to delete", "(must be forced) - image is being used by stopped container " + id[..12]);
        await _docker.OkAsync($"rm {container}");
        await _docker.OkAsync($"rmi {name}");
    }

    [Fact]
    public async Task Several_tags_of_an_id_need_force()
    {
        string repository = engine.Name("image");
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("several", repository))).DockerArchive(repository + ":a"));
        await _docker.OkAsync($"tag {repository}:a {repository}-other:b");
        string id = await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {repository}:a");
        (await _docker.RunAsync($"rmi {id}")).ExpectFailure(1, "(must be forced) - image is referenced in multiple repositories");
        string removed = await _docker.OkAsync($"rmi -f {id}");
        Assert.Contains($"Untagged: {repository}:a\n", removed, StringComparison.Ordinal);
        Assert.Contains($"Untagged: {repository}-other:b\n", removed, StringComparison.Ordinal);
        Assert.Contains($"Deleted: {id}", removed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_lists_and_filters()
    {
        string repository = engine.Name("image");
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("listed", repository))).DockerArchive(repository + ":v1"));
        await _docker.OkAsync($"tag {repository}:v1 {repository}:v2");
        string id = (await _docker.OkAsync($"image inspect -f {{{{.Id}}}} {repository}:v1"))["sha256:".Length..][..12];
        Assert.Equal([$"{repository} v1 {id}", $"{repository} v2 {id}"], (await _docker.OkAsync($"images --format '{{{{.Repository}}}} {{{{.Tag}}}} {{{{.ID}}}}' {repository}")).Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal(id, await _docker.OkAsync($"images -q --filter reference={repository}:v1"));
        Assert.Equal("", await _docker.OkAsync($"images -q {repository}:v3"));
        await _docker.OkAsync($"rmi {repository}:v1 {repository}:v2");
    }

    [Fact]
    public async Task Layers_stack_with_whiteouts_opaque_folders_and_links()
    {
        string name = engine.Name("image") + ":stack";
        byte[] first = TestImage.Tar(
            TestImage.Folder("d/"), TestImage.File("d/old", "old"), TestImage.File("d/gone", "gone"),
            TestImage.Folder("o/"), TestImage.File("o/hidden", "hidden"),
            TestImage.File("original", "same\n"), TestImage.Link("hard", "original", hard: true), TestImage.Link("soft", "/d/old"));
        byte[] second = TestImage.Tar(
            TestImage.File("d/.wh.gone", ""), TestImage.File("d/old", "new"),
            TestImage.Folder("o/"), TestImage.File("o/.wh..wh..opq", ""), TestImage.File("o/fresh", "fresh"));
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(first).WithLayer(second).DockerArchive(name));
        (await _docker.RunAsync($"run --rm {name} sh -c 'ls d o; cat soft; test hard -ef original && echo linked; stat -c %h hard'"))
            .Expect(0, "d:\nold\n\no:\nfresh\nnewlinked\n2\n", "");
        await _docker.OkAsync($"rmi {name}");
    }

    [Fact]
    public async Task Owners_modes_times_and_special_bits_are_kept()
    {
        string name = engine.Name("image") + ":modes";
        var file = TestImage.File("bin/special", "x", 0b100_111_101_101);
        file.Uid = 1000;
        file.Gid = 50;
        file.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000);
        await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(file, TestImage.File("ünïcode/" + new string('n', 200), "deep"))).DockerArchive(name));
        (await _docker.RunAsync($"run --rm {name} sh -c 'stat -c \"%a %u:%g %Y\" /bin/special; cat /ünïcode/*'")).Expect(0, "4755 1000:50 1000000000\ndeep", "");
        await _docker.OkAsync($"rmi {name}");
    }

    [Fact]
    public async Task Containers_do_not_change_their_image()
    {
        await _docker.OkAsync($"run --rm {BusyboxImage.Name} sh -c 'rm /etc/passwd; echo x > /new'");
        (await _docker.RunAsync($"run --rm {BusyboxImage.Name} sh -c 'test -e /etc/passwd && test ! -e /new && echo pristine'")).Expect(0, "pristine\n");
    }

    [Fact]
    public async Task Diff_tells_what_a_container_changed()
    {
        string name = engine.Name();
        await _docker.RunAsync($"run --name {name} {BusyboxImage.Name} sh -c 'rm /etc/group; echo x > /home/new; echo y >> /etc/passwd'");
        Assert.Equal(["A /home/new", "C /etc", "C /etc/passwd", "C /home", "D /etc/group"], (await _docker.OkAsync($"diff {name}")).Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_images_config_is_what_containers_get()
    {
        string name = engine.Name("image") + ":config";
        var image = new TestImage().WithBusybox();
        image.Config["config"] = JsonNodeOf("""{"Cmd":["from-cmd"],"Entrypoint":["echo","from-entrypoint"],"Env":["PATH=/bin","X=y"],"User":"alice","WorkingDir":"/home","Labels":{"l":"1"},"ExposedPorts":{"80/tcp":{}},"Volumes":{"/data":{}},"StopSignal":"SIGUSR1"}""");
        await _docker.RunAsync("load", image.DockerArchive(name));
        (await _docker.RunAsync($"run --rm {name}")).Expect(0, "from-entrypoint from-cmd\n", "");
        (await _docker.RunAsync($"run --rm {name} other")).Expect(0, "from-entrypoint other\n", "");
        (await _docker.RunAsync($"run --rm --entrypoint sh {name} -c 'id -un; pwd; echo $X; grep -c \" /data \" /proc/mounts'")).Expect(0, "alice\n/home\ny\n1\n", "");
        string container = engine.Name();
        await _docker.OkAsync($"create --name {container} {name}");
        Assert.Equal("SIGUSR1 1 map[80/tcp:{}]", await _docker.InspectAsync(container, "{{.Config.StopSignal}} {{.Config.Labels.l}} {{.Config.ExposedPorts}}"));
        await _docker.OkAsync($"rm -v {container}");
        await _docker.OkAsync($"rmi {name}");
    }

    private static System.Text.Json.Nodes.JsonNode JsonNodeOf(string json) => System.Text.Json.Nodes.JsonNode.Parse(json)!;
}

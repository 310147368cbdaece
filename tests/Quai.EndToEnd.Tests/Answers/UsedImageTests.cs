namespace Quai.EndToEnd.Tests.Answers;

/// <summary><c>image prune -a</c> and what is in use. Not on a foreign engine: it would take others' images.</summary>
public sealed class UsedImageTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [QuaidFact]
    public async Task All_names_of_an_image_in_use_stay_and_those_of_another_go()
    {
        string used = engine.Name("used"), unused = engine.Name("unused"), name = engine.Name();
        DockerClient docker = engine.Docker;
        await docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("a", used))).DockerArchive(used + ":1"));
        await docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("b", unused))).DockerArchive(unused + ":1"));
        await docker.OkAsync($"tag {used}:1 {used}:2");
        await docker.OkAsync($"tag {unused}:1 {unused}:2");
        await docker.OkAsync($"create --name {name} {used}:1 true");
        await docker.OkAsync("image prune -af");
        Assert.Equal($"{used}:1\n{used}:2", string.Join('\n', (await docker.OkAsync($"images --format '{{{{.Repository}}}}:{{{{.Tag}}}}' {used}")).Split('\n').Order()));
        Assert.Equal("", await docker.OkAsync($"images -q {unused}"));
        await docker.OkAsync($"rm {name}");
        await docker.OkAsync("image prune -af");
        Assert.Equal("", await docker.OkAsync($"images -q {used}"));
    }
}

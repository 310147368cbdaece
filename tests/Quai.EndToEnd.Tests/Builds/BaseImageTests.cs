namespace Quai.EndToEnd.Tests.Builds;

/// <summary>What builds begin with.</summary>
public sealed class BaseImageTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [Fact]
    public async Task An_image_is_found_by_its_local_name_after_it_was_pushed_or_pulled_under_another()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(engine.Name("registry")));
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN echo below > /below\n");
        string local = engine.Name("pushed-base"), far = $"{registry.Address}/{local}:1";
        await folder.BuildAsync($"-t {local}");
        await folder.Client.OkAsync($"tag {local} {far}");
        await folder.Client.OkAsync($"push -q {far}");
        folder.Dockerfile($"FROM {local}\nRUN cat /below\n");
        (_, string output) = await folder.BuildAsync();
        Assert.Contains(" below", output, StringComparison.Ordinal);

        await folder.Client.OkAsync($"rmi {local} {far}");
        await folder.Client.OkAsync($"pull -q {far}");
        await folder.Client.OkAsync($"tag {far} {local}");
        await folder.BuildAsync("--no-cache");
    }

    [Fact]
    public async Task A_large_layer_is_whole_after_a_push_and_a_save()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(engine.Name("registry")));
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN dd if=/dev/urandom of=/large bs=1M count=20 && ln /large /second\n");
        string name = $"{registry.Address}/large:1", other = engine.Name("other-large"), archive = Path.Combine(engine.Scratch(engine.Name("archive")), "image.tar");
        await folder.BuildAsync($"-t {name} -t {other}");
        string sum = await folder.Client.OkAsync($"run --rm {name} md5sum /large"), layers = await folder.Client.OkAsync($"image inspect -f {{{{.RootFS.Layers}}}} {name}");
        await folder.Client.OkAsync($"push -q {name}");
        await folder.Client.OkAsync($"save -o {archive} {name}");
        await folder.Client.OkAsync($"rmi {name} {other}");
        await folder.Client.OkAsync("builder prune -af");
        Assert.Equal(1, (await folder.Client.RunAsync($"image inspect {name}")).ExitCode);
        await folder.Client.OkAsync($"pull -q {name}");
        Assert.Equal((sum, layers), (await folder.Client.OkAsync($"run --rm {name} md5sum /large"), await folder.Client.OkAsync($"image inspect -f {{{{.RootFS.Layers}}}} {name}")));
        await folder.Client.OkAsync($"rmi {name}");
        await folder.Client.OkAsync($"load -i {archive}");
        Assert.Equal((sum, layers), (await folder.Client.OkAsync($"run --rm {name} md5sum /large"), await folder.Client.OkAsync($"image inspect -f {{{{.RootFS.Layers}}}} {name}")));
    }
}

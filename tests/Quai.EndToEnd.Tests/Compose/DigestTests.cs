namespace Quai.EndToEnd.Tests.Compose;

/// <summary><c>config</c> names images by their digests as Docker's compose does.</summary>
public sealed class DigestTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [Fact]
    public async Task Both_print_the_same()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch("digests"));
        string image = $"{registry.Address}/box:1";
        await using ComposeFolder folder = new(engine, $$"""
            services:
              tagged: {image: "{{image}}"}
              named: {image: "{{image}}@sha256:{{new string('1', 64)}}"}
              built: {build: .}
            """);
        await folder.Client.OkAsync($"tag {BusyboxImage.Name} {image}");
        string pushed = await folder.Client.OkAsync($"push {image}");
        string digest = pushed[pushed.IndexOf("sha256:", StringComparison.Ordinal)..][..71];
        foreach (string line in (string[])["--resolve-image-digests", "--lock-image-digests", "--lock-image-digests --format json", "--resolve-image-digests --no-interpolate", "--lock-image-digests --no-interpolate"])
        {
            string ours = (await folder.OkAsync($"config {line}")).Text;
            Assert.Equal((await folder.PluginAsync($"config {line}")).Text, ours);
            Assert.Contains($"{image}@{digest}", ours, StringComparison.Ordinal);
            Assert.Contains($"{registry.Address}/box@sha256:{new string('1', 64)}", ours, StringComparison.Ordinal);
        }

        // The override is what it says.
        await folder.OkAsync("config --lock-image-digests -o locked.yaml");
        Assert.Contains($"{image}@{digest}", (await folder.OkAsync("-f compose.yaml -f locked.yaml config --images")).Text, StringComparison.Ordinal);
        folder.Write("compose.yaml", $"services: {{off: {{image: \"{registry.Address}/not-there\"}}}}");
        CommandResult failed = await folder.RunAsync("config --resolve-image-digests");
        Assert.Equal(1, failed.ExitCode);
        Assert.StartsWith($"service \"off\": image {registry.Address}/not-there: ", failed.Stderr, StringComparison.Ordinal);
        await folder.Client.OkAsync($"rmi {image}");
    }
}

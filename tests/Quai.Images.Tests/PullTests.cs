using Quai.Content.Tests;
using Quai.Errors;

namespace Quai.Images.Tests;

/// <summary>Pulls from Debian's docker-registry.</summary>
public sealed class PullTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly byte[] Archive = SampleImage.Archive("sample:1", SampleImage.BaseLayer, SampleImage.TopLayer);

    [Theory]
    [InlineData("v2s2", "gzip")]
    [InlineData("oci", "gzip")]
    [InlineData("oci", "zstd")]
    public async Task Every_format_gives_the_same_files(string format, string packing)
    {
        string name = await registry.PushAsync(Archive, $"f-{format}-{packing}:1", "--format", format, "--dest-compress-format", packing);
        await using var f = new StoreFixture();
        Image image = await f.Store.PullAsync(name, null, null, f.Progress, default);
        Assert.Equal([name], image.RepoTags);
        Assert.StartsWith($"{registry.Address}/f-{format}-{packing}@sha256:", Assert.Single(image.RepoDigests), StringComparison.Ordinal);
        Assert.Equal(2, image.LayerDirectories.Count);
        Assert.Equal(new string('n', 5000), File.ReadAllText(image.LayerDirectories[0] + "/etc/new"));
        Assert.Equal("root", File.ReadAllText(image.LayerDirectories[1] + "/etc/passwd"));
        Assert.Equal(5009, image.Size);
        Assert.Equal(["sh"], image.Config.Config!.Cmd!);
        Assert.Same(image, f.Store.Resolve(image.Id[7..19]));
        Assert.Same(image, f.Store.Resolve(image.RepoDigests[0]));

        IReadOnlyList<ProgressMessage> said = f.Progress.All;
        Assert.Equal(new ProgressMessage($"Pulling from f-{format}-{packing}", "1"), said[0]);
        Assert.Equal($"Digest: {image.RepoDigests[0].Split('@')[1]}", said[^2].Status);
        Assert.Equal($"Status: Downloaded newer image for {name}", said[^1].Status);
        foreach (string id in said.Select(m => m.Id).Where(i => i is { Length: 12 }).Distinct().Cast<string>())
        {
            Assert.Equal(["Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting", "Pull complete"], f.Progress.Of(id));
        }

        f.Progress.Clear();
        await f.Store.PullAsync(name, null, null, f.Progress, default);
        Assert.Equal(["Pulling from " + name.Split('/')[1].Split(':')[0]], f.Progress.Of("1"));
        Assert.Equal($"Status: Image is up to date for {name}", f.Progress.All[^1].Status);
        Assert.Equal(3, f.Progress.All.Count);

        await f.Store.RemoveAsync(name, false, false, _ => [], default);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Layers_are_shared()
    {
        string one = await registry.PushAsync(SampleImage.Archive(null, SampleImage.BaseLayer), "share:base");
        string two = await registry.PushAsync(Archive, "share:top");
        await using var f = new StoreFixture();
        Image below = await f.Store.PullAsync(one, null, null, f.Progress, default);
        f.Progress.Clear();
        Image above = await f.Store.PullAsync(two, null, null, f.Progress, default);
        Assert.Equal(below.LayerDirectories[0], above.LayerDirectories[1]);
        Assert.Contains(f.Progress.All, m => m.Status == "Already exists");
        await f.Store.RemoveAsync(one, false, false, _ => [], default);
        Assert.True(File.Exists(above.LayerDirectories[1] + "/bin/sh"));
        IReadOnlyList<ImageDeleted> removed = await f.Store.RemoveAsync(above.Id, false, false, _ => [], default);
        Assert.Equal([two, above.RepoDigests[0]], removed.Where(r => r.Untagged is not null).Select(r => r.Untagged).OrderByDescending(u => u == two));
        Assert.Equal(3, removed.Count(r => r.Deleted is not null));
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task The_same_pull_twice_at_once_downloads_once()
    {
        string name = await registry.PushAsync(Archive, "twice:1");
        await using var f = new StoreFixture();
        Image[] both = await Task.WhenAll(
            Task.Run(() => f.Store.PullAsync(name, null, null, f.Progress, default)),
            Task.Run(() => f.Store.PullAsync(name, null, null, f.Progress, default)));
        Assert.Equal(both[0].Id, both[1].Id);
        Assert.Equal(2, f.Progress.All.Count(m => m.Status == "Verifying Checksum"));
    }

    [Fact]
    public async Task By_digest_an_image_has_no_tag()
    {
        string name = await registry.PushAsync(Archive, "bydigest:1");
        await using var f = new StoreFixture();
        string digest = (await f.Store.PullAsync(name, null, null, f.Progress, default)).RepoDigests[0];
        await using var g = new StoreFixture();
        Image image = await g.Store.PullAsync(digest, null, null, g.Progress, default);
        Assert.Empty(image.RepoTags);
        Assert.Equal([digest], image.RepoDigests);
        Assert.Equal($"Status: Downloaded newer image for {digest}", g.Progress.All[^1].Status);
    }

    [Fact]
    public async Task A_missing_image_is_named()
    {
        await registry.PushAsync(Archive, "there:1");
        await using var f = new StoreFixture();
        string missing = $"{registry.Address}/there:nope";
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(missing, null, null, f.Progress, default));
        Assert.Equal($"manifest for {missing} not found: manifest unknown: manifest unknown", e.Message);
        Assert.Equal(ErrorKind.NotFound, e.Kind);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Another_platform_is_refused()
    {
        string name = await registry.PushAsync(Archive, "platform:1");
        await using var f = new StoreFixture();
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.PullAsync(name, "linux/s390x", null, f.Progress, default));
        Assert.Equal($"image with reference {name} was found but does not match the specified platform: wanted linux/s390x, actual: linux/amd64", e.Message);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Nobody_listening_is_said()
    {
        int port = ProcessRunner.FreePort();
        await using var f = new StoreFixture();
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => f.Store.PullAsync($"127.0.0.1:{port}/x", null, null, f.Progress, default));
        Assert.Equal($"Get \"http://127.0.0.1:{port}/v2/\": dial tcp 127.0.0.1:{port}: connect: connection refused", e.Message);
    }
}

using System.Globalization;

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>When an image was last given a name.</summary>
public sealed class TagTimeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task It_is_told_of_what_was_named_here()
    {
        string loaded = engine.Name("loaded") + ":1", tagged = engine.Name("tagged"), committed = engine.Name("committed"), name = engine.Name();
        (await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("f", loaded))).DockerArchive(loaded))).Expect();
        Assert.Equal(0, await AgeAsync(loaded));
        await _docker.OkAsync($"tag {loaded} {tagged}");
        Assert.InRange(await AgeAsync(loaded), 1, 300);
        Assert.Equal(await InspectAsync(loaded), await InspectAsync(tagged));
        await _docker.OkAsync($"create --name {name} {loaded} true");
        await _docker.OkAsync($"commit {name} {committed}");
        Assert.InRange(await AgeAsync(committed), 1, 300);
        string unnamed = await _docker.OkAsync($"commit -m other {name}");
        Assert.Equal(0, await AgeAsync(unnamed));
        await _docker.OkAsync($"rm {name}");
        await _docker.OkAsync($"rmi {committed} {tagged} {loaded} {unnamed}");
    }

    private Task<string> InspectAsync(string image) => _docker.OkAsync($"image inspect -f {{{{.Metadata.LastTagTime}}}} {image}");

    /// <summary>Seconds since then, from one up; 0 for never.</summary>
    private async Task<double> AgeAsync(string image)
    {
        string told = await InspectAsync(image);
        if (told.StartsWith("0001-01-01", StringComparison.Ordinal))
        {
            return 0;
        }

        // As Go prints a time: 2026-01-02 03:04:05.678 +0000 UTC.
        string[] words = told.Split(' ');
        DateTime time = words.Length == 1 ? DateTime.Parse(told, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)
            : DateTime.Parse($"{words[0]}T{words[1][..8]}{words[2][..3]}:{words[2][3..5]}", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        return 1 + Math.Max(0, (DateTime.UtcNow - time).TotalSeconds);
    }
}

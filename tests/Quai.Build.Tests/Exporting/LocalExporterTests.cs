using System.Formats.Tar;

namespace Quai.Build.Tests.Exporting;

public sealed class LocalExporterTests
{
    [Fact]
    public async Task Several_platforms_are_sent_at_once_in_a_folder_each()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await build.ExportTwoAsync("local");
        Assert.Equal([("linux_amd64", null), ("linux_amd64/amd64", "b"), ("linux_arm64", null), ("linux_arm64/arm64", "a")], Assert.Single(build.Session.Trees));
    }

    [Fact]
    public async Task One_platform_has_a_folder_only_if_that_is_asked_for()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await build.ExportAsync(Graph.File("/f", "x"), "local");
        await build.ExportAsync(Graph.File("/f", "x"), "local", ("platform-split", "true"));
        Assert.Equal([("f", "x")], build.Session.Trees[0]);
        Assert.Equal(2, build.Session.Trees[1].Count);
        Assert.EndsWith("/f", build.Session.Trees[1][1].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tar_has_the_folders_too()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await build.ExportTwoAsync("tar");
        Assert.True(build.Session.Files[0].IsWhole);
        using var reader = new TarReader(new MemoryStream(build.Session.Files[0].ToArray()));
        List<string> names = [];
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Equal(["linux_amd64/", "linux_amd64/amd64", "linux_arm64/", "linux_arm64/arm64"], names);
    }
}

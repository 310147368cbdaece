using System.Text;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.BuildTransfer;

namespace Quai.Build.Tests.Trees;

/// <summary>The difference of two trees, put upon the one, is the other.</summary>
public sealed class DifferenceTests
{
    [Fact]
    public async Task Only_what_differs_is_in_it()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        (string, string)[] old = [("/d/", ""), ("/d/same", "a"), ("/d/other", "b"), ("/d/gone", "c"), ("/file", "x"), ("/e/deep/", ""), ("/e/deep/f", "y")];
        (string, string)[] now = [("/d/", ""), ("/d/same", "a"), ("/d/other", "bb"), ("/file/", ""), ("/file/now", "z"), ("/e/", ""), ("/e/deep", "a file"), ("/new", "n")];
        Assert.Equal(["d", "e", "file", "new"], await build.ListAsync(Graph.Difference(old, now, alone: true), "/"));
        Assert.Equal(["other"], await build.ListAsync(Graph.Difference(old, now, alone: true), "/d"));
        Assert.Equal(["other", "same"], await build.ListAsync(Graph.Difference(old, now), "/d"));
        Assert.Equal("a file", await build.ReadAsync(Graph.Difference(old, now), "/e/deep"));
        Assert.Equal("z", await build.ReadAsync(Graph.Difference(old, now), "/file/now"));
        Assert.Empty(await build.ListAsync(Graph.Difference(old, old[..^1].Append(old[^1]).ToArray(), alone: true), "/"));
    }

    [Fact]
    public async Task Of_any_trees_it_leads_from_one_to_the_other()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        var random = new Random(20261128);
        for (int i = 0; i < 60; i++)
        {
            (string, string)[] old = Random(random), now = Random(random);
            Assert.True(
                (await AllAsync(build, Graph.Tree(now))).SequenceEqual(await AllAsync(build, Graph.Difference(old, now))),
                $"from {string.Join(' ', old)} to {string.Join(' ', now)}");
        }
    }

    private static (string, string)[] Random(Random random)
    {
        var kinds = new Dictionary<string, bool>();
        List<(string, string)> entries = [("/all/", "")];
        for (int i = random.Next(12); i >= 0; i--)
        {
            string path = "/all";
            for (int depth = random.Next(3); depth >= 0; depth--)
            {
                path += $"/{(char)('a' + random.Next(3))}";
                if (kinds.TryGetValue(path, out bool isFile) ? isFile : depth == 0 && random.Next(2) == 0)
                {
                    kinds[path] = true;
                    entries.Add((path, random.Next(3).ToString()));
                    break;
                }

                kinds[path] = false;
                entries.Add((path + "/", ""));
            }
        }

        return [.. entries];
    }

    private static async Task<List<string>> AllAsync(BuildFixture build, BuildProtocol.Llb.Definition definition) => await build.BuildAsync(definition, async tree =>
    {
        List<string> found = [];
        await AddAsync(tree, "/", found);
        return found;
    });

    private static async Task AddAsync(IBuildRef tree, string path, List<string> found)
    {
        foreach (ContextEntry entry in (await tree.ReadDirectoryAsync(path, null, default)).OrderBy(e => e.Path, StringComparer.Ordinal))
        {
            string inner = $"{path.TrimEnd('/')}/{entry.Path}";
            bool isDirectory = entry.Kind == ContextEntryKind.Directory;
            found.Add($"{inner} {entry.Mode:x} {entry.ModifiedAt} {(isDirectory ? "/" : Encoding.UTF8.GetString(await tree.ReadFileAsync(inner, 0, null, default)))}");
            if (isDirectory)
            {
                await AddAsync(tree, inner, found);
            }
        }
    }
}

using System.Text;
using Quai.Build.Jobs;
using Quai.Oci.Images;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>The graphs and image configurations that Dockerfiles in <c>Data</c> become.</summary>
public sealed class GraphTests
{
    private static readonly string s_data = Path.Combine(AppContext.BaseDirectory, "Data");

    public static TheoryData<string> Names => [.. Directory.GetDirectories(s_data).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_file_becomes_the_graph_beside_it(string name)
    {
        string folder = Path.Combine(s_data, name);
        var host = new FakeHost();
        host.Files["local://context"] = new() { [".dockerignore"] = "# no\n*.log\n!keep.log\n" };
        host.Images["docker.io/library/base:1"] = new ImageConfig
        {
            Os = "linux",
            Architecture = "amd64",
            Config = new ExecutionConfig { User = "app", WorkingDir = "/srv", Env = ["A=1"], OnBuild = ["COPY --from=alpine /etc/os-release .", "RUN true"] },
        };
        string attributes = Path.Combine(folder, "attributes");
        (string, string)[] given = File.Exists(attributes) ? [.. File.ReadAllLines(attributes).Select(l => (l[..l.IndexOf(' ')], l[(l.IndexOf(' ') + 1)..]))] : [];
        SolveResult result = await host.BuildAsync(await File.ReadAllTextAsync(Path.Combine(folder, "Dockerfile")), given);
        var dump = new StringBuilder();
        foreach ((string key, IBuildRef? made) in (IEnumerable<KeyValuePair<string, IBuildRef?>>?)result.Refs?.OrderBy(r => r.Key, StringComparer.Ordinal) ?? [new("", result.Ref)])
        {
            dump.Append(result.Refs is null ? "" : $"== {key}\n").Append(made is null ? "empty\n" : GraphDump.Of(made.Definition));
            dump.Append(Encoding.UTF8.GetString(result.Metadata["containerimage.config" + (key.Length > 0 ? "/" + key : "")]).Replace("},{", "},\n {")).Append('\n');
        }

        string expected = Path.Combine(folder, "graph");
        if (Environment.GetEnvironmentVariable("QUAI_WRITE_EXPECTED") is { Length: > 0 } data)
        {
            await File.WriteAllTextAsync(Path.Combine(data, name, "graph"), dump.ToString());
            return;
        }

        Assert.Equal(await File.ReadAllTextAsync(expected), dump.ToString());
    }

    [Fact]
    public async Task A_file_of_many_steps_is_compiled()
    {
        var host = new FakeHost();
        SolveResult result = await host.BuildAsync("FROM alpine\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"RUN {i}\nCOPY {i} /\n")));
        Assert.Equal(20_003, result.Ref!.Definition.Def.Count);
        Assert.Equal(20_003, result.Ref.Definition.Metadata.Count);
    }

    [Fact]
    public async Task An_empty_entry_point_takes_away_that_of_the_image()
    {
        var host = new FakeHost();
        SolveResult result = await host.BuildAsync("FROM alpine\nENTRYPOINT [\"a\"]\nENTRYPOINT []\n");
        Assert.DoesNotContain("Entrypoint", Encoding.UTF8.GetString(result.Metadata["containerimage.config"]));
    }
}

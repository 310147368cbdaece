using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Builds whose results are the same whenever they are made.</summary>
public sealed class ReproducibleTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const long Epoch = 1_700_000_000;
    private const string Recipe = """
        FROM BASE
        RUN mkdir /made && echo one > /made/file && ln /made/file /made/other && ln -s file /made/link
        COPY a.txt /copied/
        ENV X=1
        """;

    [QuaidFact]
    public async Task Without_the_cache_the_digest_is_the_same_where_the_time_is_given()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a.txt", "1").Dockerfile(Recipe);
        string options = $"--no-cache --build-arg SOURCE_DATE_EPOCH={Epoch} -o type=docker,rewrite-timestamp=true";
        (string first, _) = await folder.BuildAsync(options);
        await Task.Delay(1100);
        (string second, _) = await folder.BuildAsync(options);
        Assert.Equal(first, second);
        JsonNode image = JsonNode.Parse(await folder.Client.OkAsync($"image inspect {first}"))![0]!;
        Assert.Equal("2023-11-14T22:13:20Z", (string?)image["Created"]);
        Assert.Equal(Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture), await folder.Client.OkAsync($"run --rm {first} stat -c %Y /made/file"));
        Assert.Equal("one", await folder.Client.OkAsync($"run --rm {first} cat /made/link"));

        // The base's layers stay what they are.
        JsonNode layers = image["RootFS"]!["Layers"]!;
        string[] below = (await folder.Client.OkAsync($"image inspect -f '{{{{join .RootFS.Layers \",\"}}}}' {BusyboxImage.Name}")).Split(',');
        Assert.Equal(below, layers.AsArray().Take(below.Length).Select(l => (string)l!));
    }

    [QuaidFact]
    public async Task Files_of_the_result_have_the_time_too()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a.txt", "1").Dockerfile("FROM scratch\nCOPY a.txt /dir/\n");
        string target = engine.Scratch(engine.Name("dated"));
        (await folder.RunAsync($"--build-arg SOURCE_DATE_EPOCH={Epoch} -o type=local,dest={target}/files -o type=tar,dest={target}/files.tar")).Succeeded();
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Epoch).UtcDateTime, File.GetLastWriteTimeUtc($"{target}/files/dir/a.txt"));
        Assert.All((await RunningCommand.RunAsync("tar", ["--utc", "-tvf", $"{target}/files.tar"])).Succeeded().Split('\n'), l => Assert.Contains("2023-11-14 22:13", l, StringComparison.Ordinal));
    }

    [QuaidFact]
    public async Task Times_are_not_rewritten_without_one()
    {
        CommandResult refused = await new BuildFolder(engine).Dockerfile("FROM BASE\nRUN true\n").RunAsync("-o type=docker,rewrite-timestamp=true");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("rewrite-timestamp needs a time: give the build argument SOURCE_DATE_EPOCH", refused.Stderr, StringComparison.Ordinal);
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using Quai.Build.Jobs;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>The forms in which practices are told: those that are written down under <c>Data/Practices</c>, which <c>QUAI_UPDATE_GOLDEN=1</c> writes anew.</summary>
public sealed class PracticeReportTests
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    // The parts of SARIF 2.1.0 that are used, as its schema has them: the required properties of an object, and others that it may have.
    private static readonly Dictionary<string, (string[] Required, string[] Others)> s_sarif = new()
    {
        ["log"] = (["version", "runs"], ["$schema"]),
        ["run"] = (["tool"], ["invocations", "artifacts", "results", "columnKind"]),
        ["tool"] = (["driver"], []),
        ["driver"] = (["name"], ["rules"]),
        ["rule"] = (["id"], ["shortDescription", "fullDescription", "helpUri", "help", "defaultConfiguration"]),
        ["text"] = (["text"], ["markdown"]),
        ["configuration"] = ([], ["level"]),
        ["invocation"] = (["executionSuccessful"], ["toolExecutionNotifications"]),
        ["artifact"] = ([], ["location", "sourceLanguage"]),
        ["artifactLocation"] = ([], ["uri", "index"]),
        ["result"] = (["message"], ["ruleId", "ruleIndex", "level", "locations", "fixes"]),
        ["location"] = ([], ["physicalLocation"]),
        ["physicalLocation"] = (["artifactLocation"], ["region"]),
        ["region"] = ([], ["startLine", "endLine"]),
        ["fix"] = (["artifactChanges"], ["description"]),
        ["artifactChange"] = (["artifactLocation", "replacements"], []),
        ["replacement"] = (["deletedRegion"], ["insertedContent"]),
    };

    [Theory]
    [InlineData("result.txt", "service.txt")]
    [InlineData("result.json", "service.json")]
    [InlineData("result.sarif", "service.sarif")]
    public async Task A_report_is_as_it_is_written_down(string key, string golden)
    {
        string real = Frontends.Text(await LookAsync(), key);
        if (golden != "service.txt")
        {
            using JsonDocument document = JsonDocument.Parse(real);
            real = JsonSerializer.Serialize(document.RootElement, s_indented) + "\n";
        }

        string path = Path.Combine(Folder(), golden);
        if (Environment.GetEnvironmentVariable("QUAI_UPDATE_GOLDEN") == "1")
        {
            await File.WriteAllTextAsync(path, real);
        }

        Assert.Equal(await File.ReadAllTextAsync(path), real);
    }

    [Fact]
    public async Task The_report_for_tools_is_SARIF()
    {
        JsonElement log = JsonDocument.Parse((await LookAsync()).Metadata["result.sarif"]).RootElement;
        Is(log, "log");
        Assert.Equal("2.1.0", log.GetProperty("version").GetString());
        JsonElement run = Assert.Single(log.GetProperty("runs").EnumerateArray());
        Is(run, "run");
        Is(run.GetProperty("tool"), "tool");
        JsonElement driver = run.GetProperty("tool").GetProperty("driver");
        Is(driver, "driver");
        JsonElement[] rules = [.. driver.GetProperty("rules").EnumerateArray()];
        Assert.All(rules, rule =>
        {
            Is(rule, "rule");
            Is(rule.GetProperty("shortDescription"), "text");
            Is(rule.GetProperty("fullDescription"), "text");
            Is(rule.GetProperty("defaultConfiguration"), "configuration");
            Assert.True(!rule.TryGetProperty("helpUri", out JsonElement uri) || Uri.IsWellFormedUriString(uri.GetString(), UriKind.Absolute));
        });
        Assert.Equal(rules.Length, rules.Select(r => r.GetProperty("id").GetString()).Distinct().Count());
        Is(Assert.Single(run.GetProperty("invocations").EnumerateArray()), "invocation");
        JsonElement artifact = Assert.Single(run.GetProperty("artifacts").EnumerateArray());
        Is(artifact, "artifact");
        Is(artifact.GetProperty("location"), "artifactLocation");
        int lines = (await File.ReadAllLinesAsync(Path.Combine(Folder(), "service.Dockerfile"))).Length;
        JsonElement[] results = [.. run.GetProperty("results").EnumerateArray()];
        Assert.All(results, result =>
        {
            Is(result, "result");
            Is(result.GetProperty("message"), "text");
            Assert.Equal(rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString(), result.GetProperty("ruleId").GetString());
            Assert.Contains(result.GetProperty("level").GetString(), (string[])["warning", "note"]);
            JsonElement location = Assert.Single(result.GetProperty("locations").EnumerateArray());
            Is(location, "location");
            Place(location.GetProperty("physicalLocation"));
            foreach (JsonElement fix in result.TryGetProperty("fixes", out JsonElement fixes) ? fixes.EnumerateArray().ToArray() : [])
            {
                Is(fix, "fix");
                JsonElement change = Assert.Single(fix.GetProperty("artifactChanges").EnumerateArray());
                Is(change, "artifactChange");
                Is(change.GetProperty("artifactLocation"), "artifactLocation");
                JsonElement replacement = Assert.Single(change.GetProperty("replacements").EnumerateArray());
                Is(replacement, "replacement");
                Is(replacement.GetProperty("deletedRegion"), "region");
                Is(replacement.GetProperty("insertedContent"), "text");
            }
        });

        // Docker's checks are there as well.
        Assert.Contains(results, r => r.GetProperty("ruleId").GetString() == "JSONArgsRecommended");
        Assert.Contains(results, r => r.GetProperty("ruleId").GetString() == "SecretsUsedInArgOrEnv");
        Assert.Contains(results, r => r.GetProperty("ruleId").GetString() == "QuaiUnprivileged");

        void Place(JsonElement place)
        {
            Is(place, "physicalLocation");
            Is(place.GetProperty("artifactLocation"), "artifactLocation");
            JsonElement region = place.GetProperty("region");
            Is(region, "region");
            Assert.InRange(region.GetProperty("startLine").GetInt32(), 1, region.GetProperty("endLine").GetInt32());
            Assert.InRange(region.GetProperty("endLine").GetInt32(), 1, lines);
        }
    }

    [Fact]
    public void Every_practice_is_documented_with_a_name_of_its_own()
    {
        string guide = File.ReadAllText(Path.Combine(Folder(), "../../../../docs/lint.md"));
        Assert.All(Practices.PracticeRules.All, p =>
        {
            Assert.StartsWith("Quai", p.Name, StringComparison.Ordinal);
            Assert.Contains($"\n### {p.Name}\n", guide, StringComparison.Ordinal);
        });
        Assert.Equal(Practices.PracticeRules.All.Select(p => p.Name), guide.Split('\n').Where(l => l.StartsWith("### ", StringComparison.Ordinal)).Select(l => l[4..]));
    }

    private static void Is(JsonElement element, string kind)
    {
        Assert.Equal(JsonValueKind.Object, element.ValueKind);
        string[] names = [.. element.EnumerateObject().Select(p => p.Name)];
        Assert.All(s_sarif[kind].Required, r => Assert.Contains(r, names));
        Assert.All(names, n => Assert.Contains(n, (IEnumerable<string>)[.. s_sarif[kind].Required, .. s_sarif[kind].Others]));
    }

    private static async Task<SolveResult> LookAsync()
    {
        FakeHost host = PracticeTests.HostOf(await File.ReadAllTextAsync(Path.Combine(Folder(), "service.Dockerfile")));
        host.Images["docker.io/library/debian:latest"] = Frontends.Busybox;
        return await Frontends.RunAsync(host, ("requestid", "quai.practices"));
    }

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Data/Practices");
}

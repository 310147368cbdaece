using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary><c>quai bake</c> builds what bake files say.</summary>
public sealed class QuaiBakeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private static readonly string s_program = Path.Combine(TestEnvironment.BinDirectory, "quai");
    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), s_program);

    [QuaidFact]
    public async Task Targets_take_results_of_others_which_are_no_images_unless_asked_for()
    {
        string name = engine.Name("baked");
        BuildFolder folder = new BuildFolder(engine).Write("base/a.txt", "of the base").Write("b.txt", "its own").Write("docker-bake.hcl", $$"""
            variable "V" {
              default = "1"
            }
            target "base" {
              context = "base"
              dockerfile-inline = "FROM {{BusyboxImage.Name}}\nCOPY a.txt /\n"
            }
            target "app" {
              name = "app-${n}"
              matrix = { n = ["x", "y"] }
              contexts = { below = "target:base" }
              args = { V = V }
              dockerfile-inline = "FROM below\nARG V\nCOPY b.txt /\nRUN echo ${n} $V > /n\n"
              tags = ["{{name}}-${n}"]
            }
            group "default" {
              targets = ["app"]
            }
            """);
        int before = (await _quai.OkAsync("images -q")).Split('\n').Length;
        CommandResult baked = await BakeAsync(folder, "--metadata-file md --var V=2");
        baked.Succeeded();
        Assert.Equal("of the baseits ownx 2", await _quai.OkAsync($"run --rm {name}-x cat /a.txt /b.txt /n"));
        Assert.Equal("of the baseits owny 2", await _quai.OkAsync($"run --rm {name}-y cat /a.txt /b.txt /n"));
        Assert.Equal(before + 2, (await _quai.OkAsync("images -q")).Split('\n').Length);
        JsonObject metadata = JsonNode.Parse(await File.ReadAllTextAsync($"{folder.Folder}/md"))!.AsObject();
        Assert.Equal(["app-x", "app-y", "base"], metadata.Select(m => m.Key));
        Assert.Equal(await _quai.OkAsync($"image inspect -f {{{{.Id}}}} {name}-x"), (string?)metadata["app-x"]!["containerimage.config.digest"]);
        Assert.Matches(@"\[app-[xy] \d/\d\] COPY b.txt /", baked.Stderr);
    }

    [QuaidFact]
    public async Task What_fails_is_told_with_its_target_and_stops_the_others()
    {
        BuildFolder folder = new BuildFolder(engine).Write("docker-bake.json", $$"""
            {"target": {
              "good": {"dockerfile-inline": "FROM {{BusyboxImage.Name}}\nRUN sleep 1000\n"},
              "bad": {"dockerfile-inline": "FROM {{BusyboxImage.Name}}\nRUN false\n"},
              "user": {"dockerfile-inline": "FROM b\n", "contexts": {"b": "target:bad"} }
            } }
            """);
        CommandResult failed = await BakeAsync(folder, "good bad user");
        Assert.Equal(1, failed.ExitCode);
        Assert.Matches("ERROR: target (bad|user): failed to solve: process \"/bin/sh -c false\" did not complete successfully: exit code: 1", failed.Stderr);
        CommandResult alone = await BakeAsync(folder, "bad");
        Assert.EndsWith("ERROR: failed to solve: process \"/bin/sh -c false\" did not complete successfully: exit code: 1\n", alone.Stderr, StringComparison.Ordinal);
    }

    [QuaidTheory]
    [InlineData("out", "fs.read=..")]
    [InlineData("linked", "fs.read=..")]
    [InlineData("written", "fs.write=..")]
    [InlineData("net", "network.host")]
    [InlineData("insecure", "security.insecure")]
    public async Task What_goes_beyond_the_folder_or_what_steps_may_needs_consent(string target, string grant)
    {
        BuildFolder folder = new BuildFolder(engine).Write("work/docker-bake.json", $$"""
            {"target": {
              "out": {"context": "..", "dockerfile-inline": "FROM scratch\nCOPY a /\n"},
              "linked": {"context": "link", "dockerfile-inline": "FROM scratch\nCOPY a /\n"},
              "written": {"dockerfile-inline": "FROM scratch\nCOPY docker-bake.json /\n", "output": ["type=local,dest=../made"]},
              "net": {"network": "host", "dockerfile-inline": "FROM {{BusyboxImage.Name}}\nRUN true\n"},
              "insecure": {"entitlements": ["security.insecure"], "dockerfile-inline": "FROM {{BusyboxImage.Name}}\nRUN true\n"}
            } }
            """).Write("a", "1");
        File.CreateSymbolicLink($"{folder.Folder}/work/link", "..");
        CommandResult refused = await BakeAsync(folder, target, "work");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"Pass \"--allow={grant}\" to grant requested privileges.", refused.Stderr, StringComparison.Ordinal);
        Assert.EndsWith("ERROR: additional privileges requested\n", refused.Stderr, StringComparison.Ordinal);
        Assert.False(Path.Exists($"{folder.Folder}/made"));
        CommandResult granted = await BakeAsync(folder, $"--allow={grant} {target}", "work");
        Assert.True(granted.ExitCode == 0 || target == "insecure", granted.Stderr);
    }

    [QuaidFact]
    public async Task Targets_are_checked_as_buildx_checks_them()
    {
        string Definition(string inline) => $$$"""
            {"group": {"default": {"targets": ["a", "b"]}},
             "target": {"a": {"description": "the first", "dockerfile-inline": "{{{inline}}}"}, "b": {"dockerfile-inline": "FROM scratch\nCOPY docker-bake.json /\n"}
             }}
            """;
        BuildFolder folder = new BuildFolder(engine).Write("docker-bake.json", Definition("FROM scratch\\nMAINTAINER me\\n"));
        foreach (string options in (string[])["--call=check,format=json", "--call=targets", "--call=outline"])
        {
            CommandResult ours = await BakeAsync(folder, options), theirs = await folder.Client.ShellAsync($"cd {folder.Folder} && docker buildx bake {options}");
            Assert.Equal((theirs.ExitCode, theirs.Stdout), (ours.ExitCode, ours.Stdout));
        }

        Assert.Contains("MaintainerDeprecated", (await BakeAsync(folder, "--check")).Stdout, StringComparison.Ordinal);
    }

    private Task<CommandResult> BakeAsync(BuildFolder folder, string options, string below = ".") => _quai.ShellAsync($"cd {folder.Folder}/{below} && {s_program} bake {options}");
}

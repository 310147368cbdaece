using Quai.Bake.Plans;

namespace Quai.Bake.Tests;

/// <summary>What the library yields besides text.</summary>
public sealed class BakeDefinitionTests
{
    [Fact]
    public void A_target_has_what_the_file_says()
    {
        BakePlan plan = Load("""
            target "default" {
              context = "./src/"
              args = { A = 1, B = null }
              ssh = ["default", "key=/a,/b", { id = "x", paths = ["/c"] }]
              secret = ["id=token,env=TOKEN", { id = "file", src = "f" }]
              output = ["type=local,dest=out"]
              contexts = { other = "target:base" }
              network = "host"
              pull = true
            }
            target "base" {}
            """).Resolve([], []);
        BakeTarget target = plan.Targets["default"];
        Assert.Equal("src", target.Context);
        Assert.Equal(new Dictionary<string, string> { ["A"] = "1" }, target.Arguments);
        Assert.Equal([new("default", []), new("key", ["/a", "/b"]), new("x", ["/c"])], target.SshKeys);
        Assert.Equal([new("token", "", "TOKEN"), new("file", "f", "")], target.Secrets);
        Assert.Equal([new("local", "out", new Dictionary<string, string>())], target.Outputs);
        Assert.Equal(["network.host"], target.Entitlements);
        Assert.True(target.Pull);
        Assert.Null(target.NoCache);
        Assert.False(target.IsLinked);
        Assert.True(plan.Targets["base"].IsLinked);
        Assert.Equal("cacheonly", Assert.Single(plan.Targets["base"].Outputs).Type);
        Assert.Equal(["default"], plan.Groups["default"].Targets);
    }

    [Fact]
    public void A_definition_can_be_resolved_more_than_once()
    {
        BakeDefinition definition = Load("target \"a\" {\n tags = [\"x\"]\n}\n");
        Assert.Equal(["y"], definition.Resolve(["a"], ["a.tags=y"]).Targets["a"].Tags);
        Assert.Equal(["x"], definition.Resolve(["a"], []).Targets["a"].Tags);
    }

    [Fact]
    public void Variables_go_before_the_environment()
    {
        BakeOptions options = new()
        {
            Environment = new Dictionary<string, string> { ["V"] = "environment", ["W"] = "environment" },
            Variables = new Dictionary<string, string> { ["V"] = "given" },
        };
        BakeDefinition definition = BakeDefinition.Load([new("a.hcl", "variable \"V\" {}\nvariable \"W\" {}\n")], options);
        Assert.Equal([new("V", "", "given", ""), new("W", "", "environment", "")], definition.Variables);
    }

    [Fact]
    public void The_environment_can_be_kept_out()
    {
        BakeOptions options = new() { Environment = new Dictionary<string, string> { ["V"] = "x", ["BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP"] = "1" } };
        Assert.Equal("d", Assert.Single(BakeDefinition.Load([new("a.hcl", "variable \"V\" {\n default = \"d\"\n}\n")], options).Variables).Value);
    }

    [Fact]
    public void An_error_has_its_place()
    {
        BakeException error = Assert.Throws<BakeException>(() => Load("target \"a\" {\n  tags = [\"é\", FOO]\n}\n"));
        Assert.Equal(new BakePlace("docker-bake.hcl", 2, 16, 2, 19), error.Place);
    }

    [Fact]
    public void An_error_shows_the_lines_around_it()
    {
        BakeFile file = new("p.hcl", "target \"default\" {\n  foo = 1\n  args = { a = nofn(1) }\n}\n");
        BakeException error = Assert.Throws<BakeException>(() => BakeDefinition.Load([file], new BakeOptions()));
        Assert.Equal("""
            p.hcl:3
            --------------------
               1 |     target "default" {
               2 |       foo = 1
               3 | >>>   args = { a = nofn(1) }
               4 |     }
               5 |     
            --------------------

            """, BakeDefinition.Excerpt(error, [file]));
    }

    [Fact]
    public void Files_that_are_not_named_are_looked_for()
    {
        Assert.Equal(["compose.yml", "docker-bake.json"], BakeFileLookup.Read(new Files("docker-bake.json", "compose.yml", "other.hcl"), []).Select(file => file.Name));
        Assert.Equal(["other.hcl", "-"], BakeFileLookup.Read(new Files("-", "other.hcl"), ["cwd://other.hcl", "-"]).Select(file => file.Name));
        Assert.Throws<BakeException>(() => BakeFileLookup.Read(new Files(), []));
        Assert.Throws<BakeException>(() => BakeFileLookup.Read(new Files(), ["x.hcl"]));
    }

    [Theory]
    [InlineData("semvercmp(\"1.2.3\", \">= 1.2\")", "true")]
    [InlineData("semvercmp(\"1.2.3\", \"~1.3\")", "false")]
    [InlineData("semvercmp(\"v2.0.1\", \"^1.0 || 2.x\")", "true")]
    [InlineData("semvercmp(\"1.0.0-rc.1\", \">1.0.0-beta\")", "true")]
    [InlineData("unixtimestampparse(86400).rfc3339", "1970-01-02T00:00:00Z")]
    [InlineData("unixtimestampparse(0).month_name", "January")]
    [InlineData("timestamp()", "2001-02-03T04:05:06Z")]
    public void Newer_functions_are_known(string expression, string expected)
    {
        BakeOptions options = new() { Clock = new Clock() };
        BakeDefinition definition = BakeDefinition.Load([new("a.hcl", $"target \"a\" {{\n context = {expression}\n}}\n")], options);
        Assert.Equal(expected, definition.Resolve(["a"], []).Targets["a"].Context);
    }

    private static BakeDefinition Load(string text) => BakeDefinition.Load([new("docker-bake.hcl", text)], new BakeOptions());

    private sealed class Files(params string[] names) : IBakeFiles
    {
        public string? Read(string name) => names.Contains(name) ? "" : null;
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2001, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);
    }
}

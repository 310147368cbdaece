using System.Text.Json;
using Quai.Build.Jobs;
using Quai.Errors;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>The checks, and the other questions that can be asked of a file.</summary>
public sealed class CheckTests
{
    [Theory]
    [InlineData("FROM scratch AS Foo", "StageNameCasing", "Stage name 'Foo' should be lowercase", 1)]
    [InlineData("FROM scratch as foo", "FromAsCasing", "'as' and 'FROM' keywords' casing do not match", 1)]
    [InlineData("FROM busybox\nRUN a \\\n\n b", "NoEmptyContinuation", "Empty continuation line", 4)]
    [InlineData("FROM scratch\nLABEL a=1\nLabel b=1", "ConsistentInstructionCasing", "Command 'Label' should match the case of the command majority (uppercase)", 3)]
    [InlineData("FROM scratch AS a\nFROM scratch AS a", "DuplicateStageName", "Duplicate stage name \"a\", stage names should be unique", 2)]
    [InlineData("FROM scratch AS context", "ReservedStageName", "Stage name should not use the same name as reserved stage \"context\"", 1)]
    [InlineData("FROM scratch\nCMD x", "JSONArgsRecommended", "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals", 2)]
    [InlineData("FROM scratch\nMAINTAINER x", "MaintainerDeprecated", "Maintainer instruction is deprecated in favor of using label", 2)]
    [InlineData("FROM busybox${TAG}", "UndefinedArgInFrom", "FROM argument 'TAG' is not declared", 1)]
    [InlineData("FROM scratch\nWORKDIR rel", "WorkdirRelativePath", "Relative workdir \"rel\" can have unexpected results if the base image changes", 2)]
    [InlineData("FROM scratch\nARG T=1\nENV q=$Ts", "UndefinedVar", "Usage of undefined variable '$Ts' (did you mean $T?)", 3)]
    [InlineData("FROM scratch\nCMD [\"a\"]\nCMD [\"b\"]", "MultipleInstructionsDisallowed", "Multiple CMD instructions should not be used in the same stage because only the last one will be used", 2)]
    [InlineData("FROM scratch\nENV a b", "LegacyKeyValueFormat", "\"ENV key=value\" should be used instead of legacy \"ENV key value\" format", 2)]
    [InlineData("FROM --platform=$TARGETPLATFORM busybox", "RedundantTargetPlatform", "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior", 1)]
    [InlineData("FROM scratch\nENV password=1", "SecretsUsedInArgOrEnv", "Do not use ARG or ENV instructions for sensitive data (ENV \"password\")", 2)]
    [InlineData("FROM --platform=linux/amd64 busybox", "FromPlatformFlagConstDisallowed", "FROM --platform flag should not use constant value \"linux/amd64\"", 1)]
    [InlineData("# check=experimental=all\nFROM scratch\nCOPY x.log /", "CopyIgnoredFile", "Attempting to Copy file \"x.log\" that is excluded by .dockerignore", 3)]
    [InlineData("# check=experimental=all\n# what\nFROM scratch AS a", "InvalidDefinitionDescription", "Comment for FROM should follow the format: `# a <description>`", 3)]
    [InlineData("FROM scratch\nEXPOSE 80/TCP", "ExposeProtoCasing", "Defined protocol '80/TCP' in EXPOSE instruction should be lowercase", 2)]
    [InlineData("FROM scratch\nEXPOSE 127.0.0.1:80:80", "ExposeInvalidFormat", "EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80'", 2)]
    [InlineData("FROM --platform=$P busybox", "InvalidBaseImagePlatform", "Base image busybox was pulled with platform \"linux/amd64\", expected \"linux/arm64\" for current build", 2)]
    public async Task A_check_finds_it(string dockerfile, string rule, string detail, int line)
    {
        dockerfile = dockerfile.Contains("=$P ", StringComparison.Ordinal) ? "ARG P=linux/arm64\n" + dockerfile : dockerfile;
        FakeHost host = Frontends.Host(dockerfile, (".dockerignore", "*.log"));
        await Frontends.RunAsync(host);
        Assert.Equal($"{rule}: {detail} (line {line})", Assert.Single(host.Warnings).Short);
    }

    [Fact]
    public async Task A_default_that_is_no_name_is_found()
    {
        FakeHost host = Frontends.Host("ARG NAME\nFROM ${NAME}");
        await Frontends.RunAsync(host, ("build-arg:NAME", "busybox"));
        Assert.Equal("InvalidDefaultArgInFrom: Default value for ARG ${NAME} results in empty or invalid base image name (line 2)", Assert.Single(host.Warnings).Short);
        Assert.Equal("https://docs.docker.com/go/dockerfile/rule/invalid-default-arg-in-from/", host.Warnings[0].Url);
    }

    [Fact]
    public async Task A_finding_fails_the_build_where_that_is_asked_for()
    {
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Frontends.RunAsync(Frontends.Host("# check=error=true\nFROM scratch\nCMD x")));
        Assert.Equal("lint violation found for rules: JSONArgsRecommended", error.Message);
        FakeHost host = Frontends.Host("# check=error=true\nFROM scratch\nCMD x");
        await Frontends.RunAsync(host, ("build-arg:BUILDKIT_DOCKERFILE_CHECK", "skip=JSONArgsRecommended"));
        Assert.Empty(host.Warnings);
    }

    [Fact]
    public async Task Findings_are_reported()
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host("FROM scratch AS Foo\nCOPY a"), ("requestid", "frontend.lint"));
        JsonElement report = JsonDocument.Parse(result.Metadata["result.json"]).RootElement;
        Assert.Equal("dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined", report.GetProperty("buildError").GetProperty("message").GetString());
        result = await Frontends.RunAsync(Frontends.Host("FROM scratch AS Foo"), ("requestid", "frontend.lint"));
        Assert.Contains("\"ruleName\":\"StageNameCasing\"", Frontends.Text(result, "result.json"), StringComparison.Ordinal);
        Assert.Contains("WARNING: StageNameCasing - https://docs.docker.com/go/dockerfile/rule/stage-name-casing/\nStage name 'Foo' should be lowercase\nDockerfile:1\n", Frontends.Text(result, "result.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_are_reported()
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host("# a does a thing\nFROM busybox AS a\nFROM scratch AS last"), ("requestid", "frontend.targets"));
        Assert.Equal("TARGET         DESCRIPTION\na              does a thing\nlast (default) \n", Frontends.Text(result, "result.txt"));
        Assert.StartsWith("""{"targets":[{"name":"a","description":"does a thing","base":"busybox","location":{"ranges":[{"start":{"line":2},"end":{"line":2}}]}},{"name":"last","default":true,"base":"scratch",""", Frontends.Text(result, "result.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_build_can_be_given_is_reported()
    {
        const string file = "ARG TAG=x\nFROM scratch AS tgt\n# T the tag\nARG T=latest\nRUN --mount=type=secret,id=s,required --mount=type=ssh x\nFROM tgt AS last\nARG U\n# V is it\nARG V=$TAG\nARG TAG\nCOPY a b";
        SolveResult result = await Frontends.RunAsync(Frontends.Host(file), ("requestid", "frontend.outline"));
        Assert.StartsWith("{\"name\":\"last\",\"args\":[{\"name\":\"TAG\",\"value\":\"x\",\"location\":{\"ranges\":[{\"start\":{\"line\":1},\"end\":{\"line\":1}}]}},{\"name\":\"T\",\"description\":\"the tag\",\"value\":\"latest\",",
            Frontends.Text(result, "result.json"), StringComparison.Ordinal);
        Assert.Contains("\"secrets\":[{\"name\":\"s\",\"required\":true,", Frontends.Text(result, "result.json"), StringComparison.Ordinal);
        Assert.Contains("\"ssh\":[{\"name\":\"default\",", Frontends.Text(result, "result.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_questions_are_reported()
    {
        SolveResult result = await Frontends.RunAsync(Frontends.Host("FROM scratch"), ("requestid", "frontend.subrequests.describe"));
        Assert.Equal(4, JsonDocument.Parse(result.Metadata["result.json"]).RootElement.GetArrayLength());
        Assert.Equal("1.0.0", Frontends.Text(result, "version"));
    }
}

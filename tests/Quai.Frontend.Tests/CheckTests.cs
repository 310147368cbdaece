using System.Text;
using System.Text.Json;
using Quai.Build.Jobs;
using Quai.Errors;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>What the checks find.</summary>
public sealed class CheckTests
{
    [Theory]
    [InlineData("FROM alpine AS Base", "StageNameCasing: Stage name 'Base' should be lowercase (line 1)")]
    [InlineData("FROM alpine as base", "FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)")]
    [InlineData("from alpine AS base", "FromAsCasing: 'AS' and 'from' keywords' casing do not match (line 1)")]
    [InlineData("FROM alpine\nRUN a \\\n\n  b", "NoEmptyContinuation: Empty continuation line (line 2)")]
    [InlineData("FROM alpine\nRun a", "ConsistentInstructionCasing: Command 'Run' should match the case of the command majority (uppercase) (line 2)")]
    [InlineData("from alpine\nrun a\nRUN b", "ConsistentInstructionCasing: Command 'RUN' should match the case of the command majority (lowercase) (line 3)")]
    [InlineData("FROM alpine AS a\nFROM alpine AS a", "DuplicateStageName: Duplicate stage name 'a', stage names should be unique (line 2)")]
    [InlineData("FROM alpine AS context", "ReservedStageName: 'context' is reserved and should not be used as a stage name (line 1)")]
    [InlineData("FROM alpine\nCMD x y", "JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 2)")]
    [InlineData("FROM alpine\nSHELL [\"sh\"]\nCMD x y", null)]
    [InlineData("FROM alpine\nMAINTAINER me", "MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label (line 2)")]
    [InlineData("ARG VERSION\nFROM alpine$VERSOIN", "UndefinedArgInFrom: FROM argument 'VERSOIN' is not declared (did you mean VERSION?) (line 2)")]
    [InlineData("FROM alpine\nWORKDIR a", "WorkdirRelativePath: Relative workdir 'a' can have unexpected results if the base image changes (line 2)")]
    [InlineData("FROM alpine AS a\nWORKDIR /b\nFROM a\nWORKDIR c", null)]
    [InlineData("FROM alpine\nENV PATH=$PAHT:/app", "UndefinedVar: Usage of undefined variable '$PAHT' (did you mean $PATH?) (line 2)")]
    [InlineData("FROM alpine\nARG A\nCOPY $A $1$B", "UndefinedVar: Usage of undefined variable '$B' (line 3)")]
    [InlineData("FROM alpine\nCMD [\"a\"]\nCMD [\"b\"]", "MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage because only the last one will be used (line 2)")]
    [InlineData("FROM alpine\nENV a b", "LegacyKeyValueFormat: \"ENV key=value\" should be used instead of legacy \"ENV key value\" format (line 2)")]
    [InlineData("FROM --platform=$TARGETPLATFORM alpine", "RedundantTargetPlatform: Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior (line 1)")]
    [InlineData("FROM --platform=linux/amd64 alpine", "FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value \"linux/amd64\" (line 1)")]
    [InlineData("FROM --platform=linux/amd64 alpine AS build-amd64", null)]
    [InlineData("FROM alpine\nENV API_TOKEN=x", "SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV \"API_TOKEN\") (line 2)")]
    [InlineData("FROM alpine\nARG PUBLIC_KEY\nARG TOKENIZER", null)]
    [InlineData("FROM alpine\nEXPOSE 80/TcP", "ExposeProtoCasing: Defined protocol '80/TcP' in EXPOSE instruction should be lowercase (line 2)")]
    [InlineData("FROM alpine\nEXPOSE 127.0.0.1:80:80", "ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80' (line 2)")]
    [InlineData("FROM alpine\nCOPY ./tmp/a.txt /", "CopyIgnoredFile: Attempting to Copy file \"./tmp/a.txt\" that is excluded by .dockerignore (line 2)")]
    [InlineData("ARG TAG\nFROM alpine:$TAG", "InvalidDefaultArgInFrom: Default value for ARG alpine:$TAG results in empty or invalid base image name (line 2)", "latest")]
    [InlineData("# check=skip=StageNameCasing\nFROM alpine AS Base", null)]
    [InlineData("# check=skip=all\nFROM alpine as Base", null)]
    public async Task A_check_finds(string dockerfile, string? warning, string tag = "")
    {
        var host = new FakeHost();
        host.Files["local://context"] = new() { [".dockerignore"] = "*/tmp*\ntmp" };
        await host.BuildAsync(dockerfile, tag.Length > 0 ? [("build-arg:TAG", tag)] : []);
        Assert.Equal(warning is null ? [] : [warning], host.Warnings.Select(w => w.Short));
        Assert.All(host.Warnings, w => Assert.Equal(1, w.Level));
        Assert.All(host.Warnings, w => Assert.StartsWith("https://docs.docker.com/go/dockerfile/rule/", w.Url));
    }

    [Fact]
    public async Task A_finding_can_be_an_error()
    {
        QuaiException refused = await Assert.ThrowsAnyAsync<QuaiException>(() => new FakeHost().BuildAsync("# check=error=true\nFROM alpine as Base"));
        Assert.Equal("lint violation found for rules: FromAsCasing, StageNameCasing", refused.Message);
        await Assert.ThrowsAnyAsync<QuaiException>(() => new FakeHost().BuildAsync("# check=nonsense\nFROM alpine"));
    }

    [Fact]
    public async Task Several_platforms_find_a_thing_once()
    {
        var host = new FakeHost();
        await host.BuildAsync("FROM alpine\nCMD x", ("platform", "linux/amd64,linux/arm64"));
        Assert.Single(host.Warnings);
    }

    [Fact]
    public async Task What_checks_find_can_be_asked_for()
    {
        SolveResult result = await new FakeHost().BuildAsync("FROM alpine\nCMD x\nEXPOSE y", ("requestid", "frontend.lint"));
        using JsonDocument found = JsonDocument.Parse(result.Metadata["result.json"]);
        JsonElement warning = Assert.Single(found.RootElement.GetProperty("warnings").EnumerateArray());
        Assert.Equal(("JSONArgsRecommended", 2), (warning.GetProperty("ruleName").GetString(), warning.GetProperty("location").GetProperty("ranges")[0].GetProperty("start").GetProperty("line").GetInt32()));
        Assert.Equal("invalid containerPort: y", found.RootElement.GetProperty("buildError").GetProperty("message").GetString());
        Assert.Equal("1", Encoding.UTF8.GetString(result.Metadata["result.statuscode"]));
        Assert.Contains("   2 | >>> CMD x\n", Encoding.UTF8.GetString(result.Metadata["result.txt"]));
    }

    [Fact]
    public async Task Stages_and_questions_can_be_asked_for()
    {
        SolveResult result = await new FakeHost().BuildAsync("# base is the beginning\nFROM alpine AS base\nFROM base", ("requestid", "frontend.targets"));
        using JsonDocument found = JsonDocument.Parse(result.Metadata["result.json"]);
        Assert.Equal(["base", ""], found.RootElement.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("name").GetString()));
        Assert.Equal("is the beginning", found.RootElement.GetProperty("targets")[0].GetProperty("description").GetString());
        result = await new FakeHost().BuildAsync("", ("requestid", "frontend.subrequests.describe"));
        Assert.Contains("\"frontend.lint\"", Encoding.UTF8.GetString(result.Metadata["result.json"]));
    }
}

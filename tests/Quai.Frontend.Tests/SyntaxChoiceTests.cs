using Quai.Build.Frontends;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>Files that ask for another frontend than the built-in one.</summary>
public sealed class SyntaxChoiceTests
{
    [Theory]
    [InlineData("# syntax=other/frontend:1 and more\nanything: else", "other/frontend:1", "other/frontend:1 and more")]
    [InlineData("#!/usr/bin/env build\n# escape=`\n#SYNTAX = other/frontend\nfrom: nothing", "other/frontend", "other/frontend")]
    [InlineData("// syntax=other/frontend\n{}", "other/frontend", "other/frontend")]
    [InlineData("{\"syntax\": \"other/frontend\", \"a\": 1}", "other/frontend", "other/frontend")]
    [InlineData("\ufeff# syntax=other/frontend\nFROM scratch", "other/frontend", "other/frontend")]
    public async Task It_gets_the_request_with_what_the_file_says(string file, string image, string line)
    {
        FakeHost host = Frontends.Host(file);
        await Frontends.RunAsync(host, ("target", "some"));
        (string name, FrontendRequest request) = host.Forwarded!.Value;
        Assert.Equal("gateway.v0", name);
        Assert.Equal((image, line, "some"), (request.Attributes["source"], request.Attributes["cmdline"], request.Attributes["target"]));
    }

    [Fact]
    public async Task A_request_says_it_before_the_file()
    {
        FakeHost host = Frontends.Host("# syntax=nobody\nFROM scratch");
        await Frontends.RunAsync(host, ("build-arg:BUILDKIT_SYNTAX", "other/frontend:1"));
        Assert.Equal("other/frontend:1", host.Forwarded!.Value.Request.Attributes["source"]);
    }

    [Theory]
    [InlineData("# syntax=docker/dockerfile:1\nFROM scratch AS base")]
    [InlineData("# syntax=docker.io/docker/dockerfile-upstream:master\nFROM scratch AS base")]
    [InlineData("# comment\n# syntax=other/frontend\nFROM scratch AS base")]
    [InlineData("FROM scratch AS base\n# syntax=other/frontend")]
    public async Task A_Dockerfile_is_read_here(string file)
    {
        FakeHost host = Frontends.Host(file);
        await Frontends.RunAsync(host);
        Assert.Null(host.Forwarded);
    }

    [Fact]
    public async Task Who_has_chosen_this_one_is_not_sent_on()
    {
        FakeHost host = Frontends.Host("# syntax=other/frontend\nFROM scratch AS base");
        await Frontends.RunAsync(host, ("cmdline", "docker/dockerfile:1"));
        Assert.Null(host.Forwarded);
    }
}

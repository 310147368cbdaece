using Quai.Build.Jobs;
using Quai.Frontend.Contexts;
using Xunit;

namespace Quai.Frontend.Tests;

/// <summary>Where the Dockerfile and the context's files come from.</summary>
public sealed class ContextTests
{
    [Fact]
    public async Task The_file_is_read_of_its_own_directory_and_what_is_ignored_of_the_context()
    {
        var host = new FakeHost();
        await host.BuildAsync("FROM scratch\nCOPY . /");
        string[] first = [.. host.Solved.Take(2).Select(GraphDump.Of).Order(StringComparer.Ordinal)];
        Assert.StartsWith("0 [internal] load .dockerignore\n", first[0]);
        Assert.Contains("\"local.followpaths\": \"[\\\".dockerignore\\\"]\"", first[0]);
        Assert.StartsWith("0 [internal] load build definition from Dockerfile\n", first[1]);
        Assert.Contains("Dockerfile.dockerignore", first[1]);
        Assert.DoesNotContain("followpaths", GraphDump.Of(host.Solved[2]));
    }

    [Fact]
    public async Task What_a_file_ignores_goes_before_what_the_context_ignores()
    {
        var host = new FakeHost();
        host.Files["local://dockerfile"] = new() { ["Dockerfile.dockerignore"] = "one" };
        host.Files["local://context"] = new() { [".dockerignore"] = "two" };
        await host.BuildAsync("FROM scratch\nCOPY a /");
        Assert.Contains("[\\\"one\\\"]", GraphDump.Of(host.Solved[^1]));
    }

    [Fact]
    public async Task A_lower_case_name_is_found()
    {
        var host = new FakeHost();
        host.Files["local://else"] = new() { ["dockerfile"] = "FROM scratch" };
        SolveResult result = await host.BuildAsync("FROM nothing", ("dockerfilekey", "else"), ("contextkey", "other"));
        Assert.Null(result.Ref);
        Assert.Contains("\"os\":\"linux\"", System.Text.Encoding.UTF8.GetString(result.Metadata["containerimage.config"]));
        Assert.Contains("\"ID\":\"linux/amd64\"", System.Text.Encoding.UTF8.GetString(result.Metadata["refs.platforms"]));
    }

    [Fact]
    public async Task A_repository_has_the_file_and_the_context()
    {
        var host = new FakeHost();
        host.Files["git://github.com/o/r.git#main:sub"] = new() { ["Dockerfile"] = "FROM scratch\nCOPY a /" };
        await host.BuildAsync("", ("context", "https://github.com/o/r.git#main:sub"));
        Assert.StartsWith("0 [internal] load git source https://github.com/o/r.git\n", GraphDump.Of(host.Solved[^1]));
    }

    [Fact]
    public async Task A_server_has_a_file_or_an_archive()
    {
        var host = new FakeHost();
        host.Files["http://a/b"] = new() { ["context"] = "FROM alpine\n" };
        await host.BuildAsync("", ("context", "http://a/b"));
        Assert.Contains("FROM docker.io/library/alpine", GraphDump.Of(host.Solved[^1]));
        host.Files["http://a/tar"] = new() { ["context"] = "BZh", ["Dockerfile"] = "FROM scratch\nCOPY x /" };
        await host.BuildAsync("", ("context", "http://a/tar"));
        Assert.Contains("\"attemptUnpackDockerCompatibility\": true", GraphDump.Of(host.Solved[^1]));
    }

    [Fact]
    public async Task An_image_is_asked_for_once()
    {
        var host = new FakeHost();
        await host.BuildAsync("FROM alpine AS a\nFROM alpine\nCOPY --from=alpine a b\nCOPY --from=a a b", ("image-resolve-mode", "local"));
        Assert.Equal(("docker.io/library/alpine:latest", "local", "[internal] load metadata for docker.io/library/alpine:latest"),
            (Assert.Single(host.Questions).Reference, host.Questions[0].Mode, host.Questions[0].LogName));
    }

    [Theory]
    [InlineData("https://github.com/a/b.git", "git://github.com/a/b.git", false)]
    [InlineData("https://u@h/a.git#v1", "git://h/a.git#v1", false)]
    [InlineData("git@github.com:a/b.git#:sub", "git://github.com/a/b.git#:sub", true)]
    [InlineData("github.com/a/b", "git://github.com/a/b", false)]
    [InlineData("ssh://git@h:22/a", "git://h:22/a", true)]
    [InlineData("https://example.com/a", null, false)]
    [InlineData("dir/file", null, false)]
    [InlineData("a@b", null, false)]
    public void Addresses_of_repositories_are_known(string text, string? identifier, bool isSsh)
    {
        GitAddress? address = GitAddress.Parse(text);
        Assert.Equal((identifier, isSsh), (address?.Identifier, address?.IsSsh ?? false));
    }
}

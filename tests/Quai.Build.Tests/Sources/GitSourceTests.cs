using Quai.Build.Progress;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Registry.Tests;

namespace Quai.Build.Tests.Sources;

public sealed class GitSourceTests(GitServer server) : IClassFixture<GitServer>
{
    [Theory]
    [InlineData("#v1", "first")]
    [InlineData("#refs/tags/v1", "first")]
    [InlineData("#tags/v1", "first")]
    [InlineData("#main", "second")]
    public async Task A_reference_stands_for_its_commit(string fragment, string text)
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        Assert.Equal(text, await build.ReadAsync(Source(fragment), "/a.txt"));
    }

    [Fact]
    public async Task A_commit_is_fetched_by_its_id()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        Assert.Equal("first", await build.ReadAsync(Source("#" + server.First), "/a.txt"));
        Assert.Equal("second", await build.ReadAsync(Source("#" + server.Second), "/a.txt"));
    }

    [Fact]
    public async Task The_usual_branch_comes_with_its_submodules_and_without_gits_files()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        Assert.Equal([".gitmodules", "a.txt", "away", "dir", "mod", "near"], await build.ListAsync(Source(""), "/"));
        Assert.Equal(["m.txt"], await build.ListAsync(Source(""), "/mod"));
        Assert.Empty(Directory.GetFileSystemEntries(build.SecretFolder));
    }

    [Fact]
    public async Task Gits_files_stay_where_they_are_wanted()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        Definition source = Source("", ("git.keepgitdir", "true"));
        Assert.Contains(".git", await build.ListAsync(source, "/"));
        Assert.Contains($"url = {server.Address}/main.git", await build.ReadAsync(source, "/.git/config"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/y")]
    [InlineData("/y/")]
    public async Task All_of_it_is_copied_into_a_directory(string destination)
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        Definition copy = Graph.Copy($"{server.Address}/main.git#v1", destination, ("git.fullurl", $"{server.Address}/main.git"));
        Assert.Equal(["a.txt", "away", "dir", "near"], await build.ListAsync(copy, "/y"));
        Assert.Equal(["inner.txt"], await build.ListAsync(copy, "/y/dir"));
    }

    [Fact]
    public async Task A_directory_is_all_there_is()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        Assert.Equal(["inner.txt"], await build.ListAsync(Source("#main:dir"), "/"));
        Assert.Equal(["inner.txt"], await build.ListAsync(Source("#:dir/"), "/"));
    }

    [Theory]
    [InlineData("#main:away")]
    [InlineData("#main:near")]
    [InlineData("#main:a.txt")]
    [InlineData("#main:.git")]
    [InlineData("#main:../x")]
    [InlineData("#nothing")]
    [InlineData("#--upload-pack=x")]
    public async Task What_is_not_there_is_an_error(string fragment)
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => build.ListAsync(Source(fragment), "/"));
        Assert.Equal(ErrorKind.InvalidParameter, error.Kind);
    }

    [Theory]
    [InlineData("file:///tmp/x.git")]
    [InlineData("ext::sh -c true")]
    public async Task Only_transports_of_networks_are_used(string remote)
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await Assert.ThrowsAnyAsync<QuaiException>(() => build.ListAsync(Graph.Source("git://x/y.git", ("git.fullurl", remote)), "/"));
    }

    [Fact]
    public async Task A_branch_is_looked_up_anew_and_a_commit_that_is_here_is_not_fetched_again()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        await server.PublishAsync("moving", "before");
        Assert.Equal(("before", false), await ReadAsync(build, Source("#moving")));
        Assert.Equal(("before", true), await ReadAsync(build, Source("#moving")));
        await server.PublishAsync("moving", "after");
        Assert.Equal(("after", false), await ReadAsync(build, Source("#moving")));
    }

    [Fact]
    public async Task A_server_of_plain_files_will_do()
    {
        await using var files = new FakeRegistry(r =>
        {
            string path = Path.Combine(server.Public, r.Path.Split('?')[0].TrimStart('/'));
            return File.Exists(path) ? FakeRegistry.Respond(200, File.ReadAllBytes(path)) : FakeRegistry.Respond(404, "");
        });
        await using BuildFixture build = await BuildFixture.OpenAsync();
        string remote = $"http://{files.Address}/main.git";
        Assert.Equal("first", await build.ReadAsync(Graph.Source($"git://{files.Address}/main.git#v1", ("git.fullurl", remote)), "/a.txt"));
        Assert.Equal("module", await build.ReadAsync(Graph.Source($"git://{files.Address}/main.git#main", ("git.fullurl", remote)), "/mod/m.txt"));
    }

    [Fact]
    public async Task A_key_that_the_client_does_not_forward_is_an_error()
    {
        await using BuildFixture build = await BuildFixture.OpenAsync();
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(
            () => build.ListAsync(Graph.Source("git://x/y.git", ("git.fullurl", "git@x:y.git"), ("git.mountsshsock", "default")), "/"));
        Assert.Contains("no SSH key \"default\" forwarded", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(build.SecretFolder));
    }

    private Definition Source(string fragment, params (string Name, string Value)[] attributes) =>
        Graph.Source($"{server.Address}/main.git{fragment}", [("git.fullurl", $"{server.Address}/main.git"), .. attributes]);

    private static async Task<(string Text, bool IsCached)> ReadAsync(BuildFixture build, Definition source)
    {
        IBuildJob job = build.Begin();
        string text = System.Text.Encoding.UTF8.GetString(await (await job.SolveAsync(source, default))!.ReadFileAsync("/a.txt", 0, null, default));
        await job.DisposeAsync();
        bool isCached = false;
        await foreach (BuildEvent happened in job.WatchAsync(default))
        {
            isCached |= happened is VertexEvent { IsCached: true };
        }

        return (text, isCached);
    }
}

using System.Collections.Concurrent;
using Quai.Build.Jobs;
using Quai.Build.RemoteCaches;
using Quai.Build.RemoteCaches.Actions;
using Quai.Build.RemoteCaches.Stores;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Tests.Fakes;
using Quai.Build.Tests.RemoteCaches.Servers;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Tests;

namespace Quai.Build.Tests.RemoteCaches;

/// <summary>Caches among those of GitHub's Actions, in both versions of the protocol.</summary>
public sealed class ActionsCacheTests : IAsyncLifetime, IDisposable
{
    private readonly FakeActionsCache _server = new();
    private readonly CacheHttp _http = new(null, TimeSpan.FromMilliseconds(1));
    private TwoBuilders _builders = null!;

    public async Task InitializeAsync() => _builders = await TwoBuilders.OpenAsync();

    public async Task DisposeAsync() => await _builders.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_cache_that_was_kept_is_read_elsewhere(string version)
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        await Store(_builders.Here, version).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        string index = "index-buildkit-1-" + Digest.Of("refs/heads/topic"u8).Hex[..8], blob = "buildkit-blob-1-" + graph.Layers[0].Blob.Digest;
        Assert.Equal([blob, index + "#1"], _server.Keys);
        await Store(_builders.Here, version).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        Assert.Equal([blob, index + "#1", index + "#2"], _server.Keys);

        ActionsCacheStore reader = Store(_builders.There, version);
        CacheGraph read = Assert.Single(await reader.ReadAsync(default));
        Assert.Equal("identity", Assert.Single(read.Steps).Identity);
        await reader.FetchAsync(read.Layers[0].Blob, _builders.Theirs, new NoProgress(), default);
        Assert.True(await CacheSample.HasAsync(_builders.There, read.Layers[0].Blob, _builders.Theirs));
        Assert.Empty(await Store(_builders.There, version, ("scope", "other")).ReadAsync(default));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task What_is_large_goes_in_pieces(string version)
    {
        const int piece = (int)ActionsRequests.Piece;
        byte[] bytes = new byte[(2 * piece) + 5];
        new Random(3).NextBytes(bytes);
        Assert.True(await new ActionsClient(_http, Settings(version)).Protocol.SaveAsync("large", UploadSource.Of(bytes), default));
        Assert.Equal([(0, piece), (piece, piece), (2L * piece, 5L)], _server.Pieces["large"]);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_number_that_somebody_took_and_never_used_is_skipped(string version)
    {
        string index = "index-buildkit-1-" + Digest.Of("refs/heads/topic"u8).Hex[..8];
        _server.Take(index + "#1");
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        await Store(_builders.Here, version).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        Assert.Contains(index + "#2", _server.Keys);
        Assert.Single(await Store(_builders.There, version).ReadAsync(default));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_wrong_token_is_refused_and_not_repeated(string version)
    {
        string token = FakeActionsCache.Token(secondsLeft: 60);
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.Here, version, ("token", token)).ReadAsync(default));
        Assert.Equal(ErrorKind.Unauthorized, error.Kind);
        Assert.StartsWith(_server.Address, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("answers with status 401 AuthenticationException", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_too_old_or_only_reads_is_said_so()
    {
        Assert.StartsWith("the token of the gha cache expired at ", Assert.ThrowsAny<QuaiException>(() => Settings("2", ("token", FakeActionsCache.Token(secondsLeft: -60)))).Message, StringComparison.Ordinal);
        Assert.Equal("the token of the gha cache cannot be read", Assert.ThrowsAny<QuaiException>(() => Settings("2", ("token", "a.b.c"))).Message);
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.Here, "2", ("token", FakeActionsCache.Token(permission: 1))).WriteAsync(graph, _builders.Lease, new NoProgress(), default));
        Assert.Equal($"the token for the cache gha:buildkit at {_server.Address} lets it be read only", error.Message);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_content_that_ends_too_early_is_asked_for_again_and_a_damaged_one_is_not_taken(string version)
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease, new string('x', 3 << 20));
        await Store(_builders.Here, version).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        _server.Cuts = 2;
        await Store(_builders.There, version).FetchAsync(graph.Layers[0].Blob, _builders.Theirs, new NoProgress(), default);
        Assert.True(await CacheSample.HasAsync(_builders.There, graph.Layers[0].Blob, _builders.Theirs));

        await using BuildFixture third = await BuildFixture.OpenAsync();
        using Lease lease = third.Images.Content.Leases.Begin();
        _server.Damage("buildkit-blob-1-" + graph.Layers[0].Blob.Digest);
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(third, version).FetchAsync(graph.Layers[0].Blob, lease, new NoProgress(), default));
        Assert.Equal($"blob {graph.Layers[0].Blob.Digest} of the cache is damaged", error.Message);
        _server.Cuts = 100;
        error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(third, version).ReadAsync(default));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.DoesNotContain("S1GN", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_server_that_dies_while_it_is_written_to_leaves_the_cache_as_it_was(string version)
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease), other = await CacheSample.MakeAsync(_builders.Here, _builders.Lease, "another");
        await Store(_builders.Here, version).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        IReadOnlyList<string> before = _server.Keys;
        _server.Refuse = r => r.Method is "PATCH" or "PUT" ? -1 : 0;
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.Here, version).WriteAsync(other, _builders.Lease, new NoProgress(), default));
        Assert.DoesNotContain("S1GN", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _server.Keys);
        _server.Refuse = _ => 0;
        Assert.Equal(graph.Layers[0].Blob.Digest, Assert.Single(await Store(_builders.There, version).ReadAsync(default)).Layers[0].Blob.Digest);
    }

    [Fact]
    public async Task What_takes_too_long_is_given_up()
    {
        using var gone = new ManualResetEventSlim();
        _server.Refuse = _ => gone.Wait(TimeSpan.FromSeconds(30)) ? 500 : 500;
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.Here, "2", ("timeout", "100ms")).ReadAsync(default));
        gone.Set();
        Assert.Equal($"the cache gha:buildkit at {_server.Address} took longer than 0.1 seconds", error.Message);
    }

    [Fact]
    public async Task Keys_that_GitHub_lists_are_not_asked_for()
    {
        var asked = new ConcurrentQueue<string>();
        string blob = "";
        await using var github = new FakeRegistry(r =>
        {
            asked.Enqueue(r.Path);
            return r.Header("Authorization") == "Bearer ghp" ? FakeRegistry.Respond(200, $$"""{"total_count":1,"actions_caches":[{"id":1,"key":"{{blob}}"}]}""") : FakeRegistry.Respond(401, "");
        });
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        blob = "buildkit-blob-1-" + graph.Layers[0].Blob.Digest;
        ActionsSettings settings = Settings("2", ("repository", "owner/name"), ("ghtoken", "ghp"));
        var store = new ActionsCacheStore(settings, _http, new ActionsKeys(_http, $"http://{github.Address}/", settings), _builders.Here.Images.Content.Blobs, TimeSpan.FromMilliseconds(1));
        await store.WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        Assert.DoesNotContain(blob, _server.Keys);
        Assert.Equal(
            ["refs%2Fheads%2Fmain", "refs%2Fheads%2Ftopic"],
            asked.Select(p => p.Replace("/repos/owner/name/actions/caches?per_page=100&page=1&key=buildkit-blob-1-&ref=", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("token=a", "url not set for github actions cache")]
    [InlineData("url=http://a/", "token not set for github actions cache")]
    [InlineData("url=http://a/,token=a,version=3", "the version of a gha cache is 1 or 2, not 3")]
    [InlineData("url=a,token=a", "the url of a gha cache is an address that begins with http://")]
    [InlineData("url=http://a/,token=a,ghtoken=b", "repository and ghtoken of a gha cache are given together")]
    [InlineData("url=http://a/,token=a,timeout=b", "time: invalid duration")]
    public void What_is_missing_or_malformed_is_said(string attributes, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<QuaiException>(() => ActionsSettings.Read(Reference(attributes), DateTimeOffset.UtcNow)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("url=http://a/x,url_v2=http://b/", "http://b/", true)]
    [InlineData("url=http://a/x,url_v2=http://b/,version=1", "http://a/x/", false)]
    [InlineData("url=http://a/x", "http://a/x/", false)]
    [InlineData("url=http://a/x,version=2", "http://a/x/", true)]
    [InlineData("url=https://results-receiver.actions.githubusercontent.com/", "https://results-receiver.actions.githubusercontent.com/", true)]
    public void The_version_is_that_of_the_address(string attributes, string address, bool isSecond)
    {
        ActionsSettings settings = ActionsSettings.Read(Reference(attributes + ",token=a"), DateTimeOffset.UtcNow);
        Assert.Equal((address, isSecond, "buildkit", ""), (settings.Address, settings.IsSecond, settings.Scope, Assert.Single(settings.Token.Scopes).Scope));
    }

    private static CacheReference Reference(string attributes) => new("gha", attributes.Split(',').Select(a => a.Split('=', 2)).ToDictionary(a => a[0], a => a[1]));

    private ActionsSettings Settings(string version, params (string Name, string Value)[] more)
    {
        var attributes = new Dictionary<string, string> { [version == "1" ? "url" : "url_v2"] = _server.Address, ["token"] = _server.Accepted, ["version"] = version };
        foreach ((string name, string value) in more)
        {
            attributes[name] = value;
        }

        return ActionsSettings.Read(new CacheReference("gha", attributes), DateTimeOffset.UtcNow);
    }

    private ActionsCacheStore Store(BuildFixture build, string version, params (string Name, string Value)[] more)
    {
        ActionsSettings settings = Settings(version, more);
        return new ActionsCacheStore(settings, _http, new ActionsKeys(_http, ActionsKeys.GitHub, settings), build.Images.Content.Blobs, TimeSpan.FromMilliseconds(1));
    }
}

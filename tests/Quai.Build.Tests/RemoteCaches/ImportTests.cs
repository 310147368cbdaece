using Quai.Build.Attestations;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.Build.RemoteCaches;
using Quai.Build.Tests.RemoteCaches.Servers;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Tests.RemoteCaches;

/// <summary>Builds whose caches are kept at servers, and others that begin with them.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Nowhere = "http://127.0.0.1:1/";

    private readonly FakeObjectStore _objects = new();
    private readonly FakeActionsCache _actions = new();

    public void Dispose()
    {
        _objects.Dispose();
        _actions.Dispose();
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("gha 1")]
    [InlineData("gha 2")]
    public async Task A_build_begins_with_what_another_has_kept(string kind)
    {
        CacheReference cache = Reference(kind);
        Definition definition = Graph.File("/hello", "it is cached");
        await using BuildFixture here = await BuildFixture.OpenAsync();
        await KeepAsync(here, definition, cache);

        await using BuildFixture there = await BuildFixture.OpenAsync();
        (string text, bool cached, _) = await BuildAsync(there, definition, cache);
        Assert.Equal(("it is cached", true), (text, cached));
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("gha 1")]
    [InlineData("gha 2")]
    public async Task A_damaged_layer_has_its_step_run_again(string kind)
    {
        CacheReference cache = Reference(kind);
        Definition definition = Graph.File("/hello", "it is cached");
        await using BuildFixture here = await BuildFixture.OpenAsync();
        await KeepAsync(here, definition, cache);
        foreach (string key in _actions.Keys.Where(k => k.StartsWith("buildkit-blob", StringComparison.Ordinal)))
        {
            _actions.Damage(key);
        }

        foreach ((_, byte[] content) in _objects.Objects.Where(o => o.Key.StartsWith("blobs/", StringComparison.Ordinal)))
        {
            content[^1] ^= 1;
        }

        await using BuildFixture there = await BuildFixture.OpenAsync();
        (string text, bool cached, IReadOnlyList<string> errors) = await BuildAsync(there, definition, cache);
        Assert.Equal(("it is cached", false), (text, cached));
        Assert.EndsWith(" of the cache is damaged", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3", "manifests/buildkit cannot be reached: ")]
    [InlineData("gha 1", "_apis/artifactcache/cache cannot be reached: ")]
    [InlineData("gha 2", "GetCacheEntryDownloadURL cannot be reached: ")]
    public async Task A_cache_that_cannot_be_reached_is_as_if_there_were_none(string kind, string reason)
    {
        CacheReference cache = Reference(kind, Nowhere);
        Definition definition = Graph.File("/hello", "it is cached");
        await using BuildFixture there = await BuildFixture.OpenAsync();
        (string text, bool cached, IReadOnlyList<string> errors) = await BuildAsync(there, definition, cache);
        Assert.Equal(("it is cached", false), (text, cached));
        string error = Assert.Single(errors);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeObjectStore.Secret, error, StringComparison.Ordinal);

        await Assert.ThrowsAnyAsync<Exception>(() => KeepAsync(there, definition, cache));
        await KeepAsync(there, definition, new CacheReference(cache.Type, new Dictionary<string, string>(cache.Attributes) { ["ignore-error"] = "true" }));
    }

    [Theory]
    [InlineData("min")]
    [InlineData("max")]
    public async Task What_a_build_began_with_is_in_the_cache_that_it_keeps(string mode)
    {
        CacheReference first = Reference("s3"), second = new(first.Type, new Dictionary<string, string>(first.Attributes) { ["name"] = "second", ["mode"] = mode });
        Definition definition = Graph.Files(("/one", "1"), ("/two", "2"), ("/hello", "3"));
        await using BuildFixture here = await BuildFixture.OpenAsync();
        await KeepAsync(here, definition, first);

        await using BuildFixture there = await BuildFixture.OpenAsync();
        await using IBuildJob job = there.Begin();
        job.ImportCache([first]);
        await job.ExportAsync(new SolveResult { Ref = await job.SolveAsync(definition, default) }, [], [second], AttestationDemands.None, default);
        Assert.Equal(3, CacheDocuments.Read(_objects.Objects["manifests/buildkit"]).Steps.Count);
        Assert.Equal(_objects.Objects["manifests/buildkit"], _objects.Objects["manifests/second"]);
    }

    private static async Task KeepAsync(BuildFixture build, Definition definition, CacheReference cache)
    {
        await using IBuildJob job = build.Begin();
        job.CheckCaches([cache]);
        await job.ExportAsync(new SolveResult { Ref = await job.SolveAsync(definition, default) }, [], [cache], AttestationDemands.None, default);
    }

    private static async Task<(string Text, bool Cached, IReadOnlyList<string> Errors)> BuildAsync(BuildFixture build, Definition definition, CacheReference cache)
    {
        List<VertexEvent> events = [];
        Task watching;
        string text;
        await using (IBuildJob job = build.Begin())
        {
            watching = WatchAsync(job);
            job.ImportCache([cache]);
            IBuildRef result = (await job.SolveAsync(definition, default))!;
            text = System.Text.Encoding.UTF8.GetString(await result.ReadFileAsync("/hello", 0, null, default));
        }

        await watching;
        return (text, events.Exists(e => e.IsCached), [.. events.Select(e => e.Error).Where(e => e.Length > 0)]);

        async Task WatchAsync(IBuildJob job)
        {
            await foreach (BuildEvent told in job.WatchAsync(default))
            {
                if (told is VertexEvent vertex)
                {
                    events.Add(vertex);
                }
            }
        }
    }

    private CacheReference Reference(string kind, string? address = null) => kind switch
    {
        "s3" => new CacheReference("s3", new Dictionary<string, string>
        {
            ["bucket"] = FakeObjectStore.Bucket,
            ["region"] = FakeObjectStore.Region,
            ["endpoint_url"] = address ?? _objects.Address,
            ["access_key_id"] = FakeObjectStore.KeyId,
            ["secret_access_key"] = FakeObjectStore.Secret,
            ["session_token"] = FakeObjectStore.SessionToken,
            ["mode"] = "max",
        }),
        _ => new CacheReference("gha", new Dictionary<string, string>
        {
            ["url"] = address ?? _actions.Address,
            ["url_v2"] = address ?? _actions.Address,
            ["version"] = kind[^1..],
            ["token"] = _actions.Accepted,
            ["mode"] = "max",
        }),
    };
}

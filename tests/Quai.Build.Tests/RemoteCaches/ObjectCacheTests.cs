using Quai.Build.Jobs;
using Quai.Build.RemoteCaches;
using Quai.Build.RemoteCaches.Objects;
using Quai.Build.RemoteCaches.Stores;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Tests.Fakes;
using Quai.Build.Tests.RemoteCaches.Servers;
using Quai.Content.Collecting;
using Quai.Errors;

namespace Quai.Build.Tests.RemoteCaches;

/// <summary>Caches in a store of objects.</summary>
public sealed class ObjectCacheTests : IAsyncLifetime, IDisposable
{
    private readonly FakeObjectStore _server = new();
    private readonly CacheHttp _http = new(null, TimeSpan.FromMilliseconds(1));
    private TwoBuilders _builders = null!;

    public async Task InitializeAsync() => _builders = await TwoBuilders.OpenAsync();

    public async Task DisposeAsync() => await _builders.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_cache_that_was_kept_is_read_elsewhere()
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        await Store(_builders.Here, ("prefix", "p é/"), ("name", "one;two")).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        string blob = "p é/blobs/" + graph.Layers[0].Blob.Digest;
        Assert.Equal([blob, "p é/manifests/one", "p é/manifests/two"], _server.Objects.Keys.Order(StringComparer.Ordinal));

        ObjectCacheStore reader = Store(_builders.There, ("prefix", "p é/"), ("name", "two"));
        CacheGraph read = Assert.Single(await reader.ReadAsync(default));
        Assert.Equal(graph.Steps[0].Key, Assert.Single(read.Steps).Key);
        Assert.Equal("answer", read.Contents["question"]);
        await reader.FetchAsync(read.Layers[0].Blob, _builders.Theirs, new NoProgress(), default);
        Assert.True(await CacheSample.HasAsync(_builders.There, read.Layers[0].Blob, _builders.Theirs));
    }

    [Fact]
    public async Task Where_nothing_is_kept_there_is_no_cache() => Assert.Empty(await Store(_builders.There).ReadAsync(default));

    [Fact]
    public async Task What_is_there_is_not_sent_again_and_made_young_where_it_is_old()
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        string name = "blobs/" + graph.Layers[0].Blob.Digest, path = $"/{FakeObjectStore.Bucket}/{ObjectNames.Encode(name)}";
        await Store(_builders.Here).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        Assert.Single(_server.Requests, r => r == "PUT " + path);
        await Store(_builders.Here).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        Assert.Single(_server.Requests, r => r == "PUT " + path);

        _server.ModifiedAt[name] = DateTimeOffset.UtcNow.AddHours(-2);
        await Store(_builders.Here, ("touch_refresh", "1h")).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        Assert.True(DateTimeOffset.UtcNow - _server.ModifiedAt[name] < TimeSpan.FromMinutes(5));
        Assert.Equal(2, _server.Requests.Count(r => r == "PUT " + path));

        _server.ModifiedAt[name] = DateTimeOffset.UtcNow.AddHours(-2);
        _server.CopyAnswer = "<Error><Code>InternalError</Code></Error>";
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.Here, ("touch_refresh", "1h")).WriteAsync(graph, _builders.Lease, new NoProgress(), default));
        Assert.EndsWith("answers with status 200 InternalError", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_object_is_written_again()
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        string name = "blobs/" + graph.Layers[0].Blob.Digest;
        _server.Objects[name] = [1];
        _server.ModifiedAt[name] = DateTimeOffset.UtcNow;
        await Store(_builders.Here).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        Assert.Equal(graph.Layers[0].Blob.Size, _server.Objects[name].Length);
    }

    [Theory]
    [InlineData("access_key_id", "other", "403 InvalidAccessKeyId")]
    [InlineData("secret_access_key", "t0psecret", "403 SignatureDoesNotMatch")]
    [InlineData("session_token", "t0psecret", "403 InvalidAccessKeyId")]
    [InlineData("bucket", "other", "404 NoSuchBucket")]
    public async Task Wrong_credentials_are_refused_and_not_repeated(string name, string value, string status)
    {
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.Here, (name, value)).ReadAsync(default));
        string bucket = name == "bucket" ? value : FakeObjectStore.Bucket;
        Assert.Equal($"{_server.Address}{bucket}/manifests/buildkit answers with status {status}", error.Message);
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.Here, (name, value)).WriteAsync(graph, _builders.Lease, new NoProgress(), default));
        Assert.DoesNotContain("t0psecret", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_server.Objects);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_content_that_ends_too_early_is_asked_for_again(bool sendsRanges, int cuts)
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease, new string('x', 3 << 20));
        await Store(_builders.Here).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        (_server.SendsRanges, _server.Cuts) = (sendsRanges, cuts);
        await Store(_builders.There).FetchAsync(graph.Layers[0].Blob, _builders.Theirs, new NoProgress(), default);
        Assert.True(await CacheSample.HasAsync(_builders.There, graph.Layers[0].Blob, _builders.Theirs));
    }

    [Fact]
    public async Task A_server_that_always_dies_is_given_up()
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        await Store(_builders.Here).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        _server.Cuts = 100;
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.There).FetchAsync(graph.Layers[0].Blob, _builders.Theirs, new NoProgress(), default));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        _server.Refuse = _ => -1;
        error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.There).ReadAsync(default));
        Assert.StartsWith($"{_server.Address}{FakeObjectStore.Bucket}/manifests/buildkit cannot be reached: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_busy_server_is_asked_again(int status)
    {
        int left = 2;
        _server.Refuse = _ => Interlocked.Decrement(ref left) >= 0 ? status : 0;
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        await Store(_builders.Here).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        Assert.Equal(2, _server.Objects.Count);
        _server.Refuse = _ => status;
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.Here, ("retry_max_attempts", "2")).ReadAsync(default));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.EndsWith($"answers with status {status}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_blob_is_not_taken()
    {
        CacheGraph graph = await CacheSample.MakeAsync(_builders.Here, _builders.Lease);
        await Store(_builders.Here).WriteAsync(graph, _builders.Lease, new NoProgress(), default);
        _server.Objects["blobs/" + graph.Layers[0].Blob.Digest][3] ^= 1;
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.There).FetchAsync(graph.Layers[0].Blob, _builders.Theirs, new NoProgress(), default));
        Assert.Equal($"blob {graph.Layers[0].Blob.Digest} of the cache is damaged", error.Message);
        Assert.False(await CacheSample.HasAsync(_builders.There, graph.Layers[0].Blob, _builders.Theirs));
        _server.Objects.Clear();
        error = await Assert.ThrowsAnyAsync<QuaiException>(() => Store(_builders.There).FetchAsync(graph.Layers[0].Blob, _builders.Theirs, new NoProgress(), default));
        Assert.Equal(ErrorKind.NotFound, error.Kind);
    }

    [Theory]
    [InlineData("bucket=b,region=eu-1", "https://b.s3.eu-1.amazonaws.com/")]
    [InlineData("bucket=b.c,region=eu-1", "https://s3.eu-1.amazonaws.com/b.c/")]
    [InlineData("bucket=b,region=cn-north-1", "https://b.s3.cn-north-1.amazonaws.com.cn/")]
    [InlineData("bucket=b,region=x,endpoint_url=https://minio.example:9000", "https://b.minio.example:9000/")]
    [InlineData("bucket=b,region=x,endpoint_url=https://minio.example:9000/s3/,use_path_style=true", "https://minio.example:9000/s3/b/")]
    [InlineData("bucket=b,region=x,endpoint_url=http://127.0.0.1:9000", "http://127.0.0.1:9000/b/")]
    public void Buckets_have_the_addresses_that_they_should(string attributes, string root) =>
        Assert.Equal(root, ObjectSettings.Read(Reference(attributes + ",access_key_id=a,secret_access_key=b"), _ => null).Root);

    [Fact]
    public void What_the_client_does_not_say_the_environment_does()
    {
        ObjectSettings settings = ObjectSettings.Read(Reference(""), name => name + "!");
        Assert.Equal(("AWS_BUCKET!", "AWS_REGION!"), (settings.Bucket, settings.Region));
        Assert.Equal(new AccessKey("AWS_ACCESS_KEY_ID!", "AWS_SECRET_ACCESS_KEY!", "AWS_SESSION_TOKEN!"), settings.Key);
        settings = ObjectSettings.Read(Reference("bucket=b,region=r,access_key_id=a,secret_access_key=c"), name => name + "!");
        Assert.Equal(("b", "r", new AccessKey("a", "c", "")), (settings.Bucket, settings.Region, settings.Key));
    }

    [Theory]
    [InlineData("region=r", "bucket ($AWS_BUCKET) not set for s3 cache")]
    [InlineData("bucket=b", "region ($AWS_REGION) not set for s3 cache")]
    [InlineData("bucket=b,region=r", "no credentials for the s3 cache: ")]
    [InlineData("bucket=b,region=r,access_key_id=a", "access_key_id and secret_access_key of an s3 cache are given together")]
    [InlineData("bucket=b,region=r,access_key_id=a,secret_access_key=b,upload_parallelism=0", "the upload_parallelism of a s3 cache is no positive integer: 0")]
    [InlineData("bucket=b,region=r,access_key_id=a,secret_access_key=b,touch_refresh=soon", "time: invalid duration \"soon\"")]
    [InlineData("bucket=b,region=r,access_key_id=a,secret_access_key=b,use_path_style=perhaps", "the use_path_style of a s3 cache is neither true nor false: perhaps")]
    [InlineData("bucket=b,region=r,access_key_id=a,secret_access_key=b,retry_mode=adaptive", "retry_mode=adaptive of an s3 cache is not available")]
    [InlineData("bucket=b,region=r,access_key_id=a,secret_access_key=b,endpoint_url=minio:9000", "the endpoint_url of a s3 cache is an address that begins with http://")]
    public void What_is_missing_or_malformed_is_said(string attributes, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<QuaiException>(() => ObjectSettings.Read(Reference(attributes), _ => null)).Message, StringComparison.Ordinal);

    private static CacheReference Reference(string attributes) =>
        new("s3", attributes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(a => a.Split('=', 2)).ToDictionary(a => a[0], a => a[1]));

    private ObjectCacheStore Store(BuildFixture build, params (string Name, string Value)[] more)
    {
        var attributes = new Dictionary<string, string>
        {
            ["bucket"] = FakeObjectStore.Bucket,
            ["region"] = FakeObjectStore.Region,
            ["endpoint_url"] = _server.Address,
            ["use_path_style"] = "true",
            ["access_key_id"] = FakeObjectStore.KeyId,
            ["secret_access_key"] = FakeObjectStore.Secret,
            ["session_token"] = FakeObjectStore.SessionToken,
        };
        foreach ((string name, string value) in more)
        {
            attributes[name] = value;
        }

        return new ObjectCacheStore(ObjectSettings.Read(new CacheReference("s3", attributes), _ => null), _http, build.Images.Content.Blobs, TimeProvider.System);
    }
}

using System.Text;
using Quai.Errors;
using Quai.Registry;
using Quai.Registry.Tests;
using static Quai.Registry.Tests.FakeRegistry;

namespace Quai.Images.Tests;

/// <summary>Registries that misbehave.</summary>
public sealed class BadRegistryTests
{
    private static readonly byte[] Layer = SampleImage.BaseLayer;
    private static readonly byte[] Config = Encoding.UTF8.GetBytes(SampleImage.Config(Layer));
    private static readonly byte[] Manifest = Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{SampleImage.DiffId(Config)}}","size":{{Config.Length}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{SampleImage.DiffId(Layer)}}","size":{{Layer.Length}}}]}""");

    [Fact]
    public async Task A_wrong_layer_is_refused_and_nothing_is_left()
    {
        byte[] wrong = [.. Layer];
        wrong[600] ^= 1;
        await Refused(r => IsLayer(r) ? Respond(200, wrong) : Good(r), $"filesystem layer verification failed for digest {SampleImage.DiffId(Layer)}");
    }

    [Fact]
    public Task A_layer_too_long_is_refused() =>
        Refused(r => IsLayer(r) ? Respond(200, [.. Layer, 1]) : Good(r), $"filesystem layer verification failed for digest {SampleImage.DiffId(Layer)}: it is larger");

    [Fact]
    public Task A_wrong_config_is_refused() =>
        Refused(r => r.Path.EndsWith(SampleImage.DiffId(Config), StringComparison.Ordinal) ? Respond(200, new byte[Config.Length]) : Good(r), "image config verification failed");

    [Fact]
    public Task A_wrong_manifest_is_refused() =>
        Refused(r => r.Path.Contains("/manifests/", StringComparison.Ordinal) ? Respond(200, Manifest, "Docker-Content-Digest: " + SampleImage.DiffId([1])) : Good(r), "manifest verification failed for digest");

    [Fact]
    public Task An_endless_manifest_is_refused() =>
        Refused(r => r.Path.Contains("/manifests/", StringComparison.Ordinal) ? Respond(200, new byte[5 << 20]) : Good(r), "is larger than 4 MiB");

    [Fact]
    public Task What_is_no_image_is_refused() =>
        Refused(
            r => r.Path.Contains("/manifests/", StringComparison.Ordinal) ? Respond(200, Encoding.UTF8.GetString(Manifest).Replace("image.config", "chart.config", StringComparison.Ordinal)) : Good(r),
            "unsupported media type application/vnd.oci.chart.config.v1+json");

    [Fact]
    public Task A_platform_the_index_lacks_is_named() =>
        Refused(
            r => r.Path.Contains("/manifests/", StringComparison.Ordinal)
                ? Respond(200, $$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{SampleImage.DiffId(Manifest)}}","size":1,"platform":{"os":"linux","architecture":"vax"} }]}""", "Content-Type: application/vnd.oci.image.index.v1+json")
                : Good(r),
            "no matching manifest for linux/");

    [Fact]
    public Task A_registry_that_denies_is_quoted() =>
        Refused(
            r => r.Path.Contains("/manifests/", StringComparison.Ordinal) ? Respond(401, """{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}""") : Good(r),
            "pull access denied for ADDRESS/x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied");

    [Fact]
    public Task A_connection_cut_again_and_again_ends() =>
        Refused(r => IsLayer(r) ? Respond(200, [], Layer.Length) : Good(r), "the connection was cut after 0 of", sweep: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_that_is_here_is_asked_for_without_being_fetched(bool says)
    {
        bool changed = false;
        await using var registry = new FakeRegistry(r =>
            !r.Path.Contains("/manifests/", StringComparison.Ordinal) ? Good(r)
            : r.Lines[0].StartsWith("HEAD", StringComparison.Ordinal) ? Respond(says ? 200 : 405, [], says ? ["Docker-Content-Digest: " + SampleImage.DiffId(changed ? [1] : Manifest)] : [])
            : Good(r));
        await using var f = new StoreFixture();
        string name = registry.Address + "/x:1";
        Image first = await f.Store.PullAsync(name, null, null, f.Progress, default);
        Assert.DoesNotContain(registry.Requests, r => r.Lines[0].StartsWith("HEAD", StringComparison.Ordinal));
        registry.Requests.Clear();
        Image second = await f.Store.PullAsync(name, null, null, f.Progress, default);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal($"Status: Image is up to date for {name}", f.Progress.All[^1].Status);
        Assert.Equal(says ? ["HEAD"] : ["HEAD", "GET"], registry.Requests.Where(r => r.Path.Contains("/manifests/", StringComparison.Ordinal)).Select(r => r.Lines[0].Split(' ')[0]));

        // Something else stands there now.
        changed = true;
        registry.Requests.Clear();
        await f.Store.PullAsync(name, null, null, f.Progress, default);
        Assert.Contains(registry.Requests, r => r.Lines[0].StartsWith("GET", StringComparison.Ordinal) && r.Path.Contains("/manifests/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cut_download_goes_on_where_it_was()
    {
        await using var registry = new FakeRegistry(r =>
        {
            if (!IsLayer(r))
            {
                return Good(r);
            }

            int from = r.Header("Range") is { } range ? int.Parse(range["bytes=".Length..^1]) : 0;
            int to = Math.Min(Layer.Length, from + 1000);
            return Respond(from > 0 ? 206 : 200, Layer[from..to], Layer.Length - from, $"Content-Range: bytes {from}-{Layer.Length - 1}/{Layer.Length}");
        });
        await using var f = new StoreFixture();
        Image image = await f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default);
        Assert.Equal("root", File.ReadAllText(image.LayerDirectories[0] + "/etc/passwd"));
        Assert.Contains(registry.Requests, r => r.Header("Range") == "bytes=1000-");
        Assert.Contains(f.Progress.All, m => m.Status == "Retrying in 1 second");
    }

    [Fact]
    public async Task Too_many_requests_are_tried_again()
    {
        int tries = 0;
        await using var registry = new FakeRegistry(r =>
            IsLayer(r) && Interlocked.Increment(ref tries) < 3 ? Respond(429, "slow down", "Retry-After: 0")
            : r.Path.Contains("/manifests/", StringComparison.Ordinal) && Interlocked.Increment(ref tries) == 1 ? Respond(503, "later")
            : Good(r));
        await using var f = new StoreFixture();
        await f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default);
        Assert.True(tries >= 3);
    }

    [Fact]
    public async Task A_token_is_fetched_and_goes_to_no_other_host()
    {
        FakeRegistry? elsewhere = null;
        FakeRegistry? registry = null;
        await using FakeRegistry other = elsewhere = new FakeRegistry(_ => Respond(200, Layer));
        await using FakeRegistry own = registry = new FakeRegistry(r =>
        {
            if (r.Path.StartsWith("/token", StringComparison.Ordinal))
            {
                return r.Header("Authorization") == "Basic dXNlcjpzZWNyZXQ=" ? Respond(200, """{"token":"t0k3n"}""") : Respond(401, "");
            }

            if (r.Header("Authorization") != "Bearer t0k3n")
            {
                return Respond(401, "", $"WWW-Authenticate: Bearer realm=\"http://{registry!.Address}/token\",service=\"fake\"");
            }

            return IsLayer(r) ? Respond(307, "", $"Location: http://{elsewhere!.Address}/blob") : Good(r);
        });
        await using var f = new StoreFixture();
        var auth = new RegistryAuth("user", "secret", null, null, null);
        await f.Store.PullAsync(own.Address + "/x", null, auth, f.Progress, default);
        Assert.Contains(own.Requests, r => r.Path.Contains("account=user&scope=repository%3Ax%3Apull&service=fake", StringComparison.Ordinal));
        Assert.Null(Assert.Single(other.Requests).Header("Authorization"));

        await using var g = new StoreFixture();
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => g.Store.PullAsync(own.Address + "/x", null, auth with { Password = "wrong" }, g.Progress, default));
        Assert.Contains("pull access denied for", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cancelling_leaves_can_be_swept()
    {
        using var stop = new CancellationTokenSource();
        await using var registry = new FakeRegistry(r =>
        {
            if (IsLayer(r))
            {
                stop.Cancel();
                return Respond(200, Layer[..100], Layer.Length);
            }

            return Good(r);
        });
        await using var f = new StoreFixture();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, stop.Token));
        await f.Registries.SweepUnfinishedAsync(all: true, default);
        await f.AssertEmptyAsync();
    }

    private static bool IsLayer(Request r) => r.Path.EndsWith(SampleImage.DiffId(Layer), StringComparison.Ordinal);

    private static byte[] Good(Request r) =>
        r.Path == "/v2/" ? Respond(200, "{}")
        : IsLayer(r) ? Respond(200, Layer)
        : r.Path.EndsWith(SampleImage.DiffId(Config), StringComparison.Ordinal) ? Respond(200, Config)
        : Respond(200, Manifest, "Content-Type: application/vnd.oci.image.manifest.v1+json");

    private static async Task Refused(Func<Request, byte[]> answer, string message, bool sweep = false)
    {
        await using var registry = new FakeRegistry(answer);
        await using var f = new StoreFixture();
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default));
        Assert.Contains(message.Replace("ADDRESS", registry.Address, StringComparison.Ordinal), e.Message, StringComparison.Ordinal);
        if (sweep)
        {
            // What came whole waits for another try until it is swept.
            Assert.True(await f.Registries.SweepUnfinishedAsync(all: true, default) > 0);
        }

        await f.AssertEmptyAsync();
    }
}

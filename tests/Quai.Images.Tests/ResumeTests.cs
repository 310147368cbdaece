using System.Text;
using Quai.Errors;
using Quai.Registry;
using Quai.Registry.Tests;
using Quai.Registry.Transport;
using static Quai.Registry.Tests.FakeRegistry;

namespace Quai.Images.Tests;

/// <summary>Downloads that stop, trickle, or are told to wait, and what is left of them for the next attempt.</summary>
public sealed class ResumeTests
{
    private static readonly byte[] Top = SampleImage.TopLayer;
    private static readonly byte[] Base = SampleImage.BaseLayer;
    private static readonly byte[] Config = Encoding.UTF8.GetBytes(SampleImage.Config(Base, Top));
    private static readonly byte[] Manifest = Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{SampleImage.DiffId(Config)}}","size":{{Config.Length}}},"layers":[{{Layer(Base)}},{{Layer(Top)}}]}""");

    private static readonly RegistryOptions QuickRegistries = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1), StallTimeout = TimeSpan.FromSeconds(30), MaxDownloadAttempts = 2, MaxRetryAfter = TimeSpan.FromSeconds(5),
    };

    private static readonly ImageStoreOptions Quick = StoreFixture.Quickly(QuickRegistries);

    /// <summary>With a short patience, long enough for a busy machine to answer all else within it.</summary>
    private static readonly RegistryOptions Impatient = QuickRegistries with { StallTimeout = TimeSpan.FromSeconds(2), MaxDownloadAttempts = 1 };

    [Fact]
    public async Task What_came_before_a_crash_is_not_asked_for_again()
    {
        bool whole = false;
        await using var registry = new FakeRegistry(r => !whole && IsTop(r) ? Part(r, 2000) : Good(r));
        await using var f = new StoreFixture(Quick);
        await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default));
        await f.ReopenAsync();
        whole = true;
        int before = registry.Requests.Count;
        Image image = await f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default);
        Request only = Assert.Single(registry.Requests.Skip(before), IsTop);
        Assert.Equal("bytes=2000-", only.Header("Range"));
        Assert.Equal(new string('n', 5000), File.ReadAllText(image.LayerDirectories[0] + "/etc/new"));
        await f.Store.RemoveAsync(image.Id, true, false, _ => [], default);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_spoiled_beginning_is_thrown_away()
    {
        bool whole = false;
        await using var registry = new FakeRegistry(r => !whole && IsTop(r) ? Part(r, 2000) : Good(r));
        await using var f = new StoreFixture(Quick);
        await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default));
        string partial = Directory.EnumerateFiles(Path.Combine(f.StoreRoot, "content", "ingest"), "partial-*").Single(p => new FileInfo(p).Length == 2000);
        await File.WriteAllBytesAsync(partial, new byte[1500]);
        whole = true;
        Image image = await f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default);
        Assert.Equal(new string('n', 5000), File.ReadAllText(image.LayerDirectories[0] + "/etc/new"));
    }

    [Fact]
    public async Task What_nobody_comes_back_for_is_swept_after_its_time()
    {
        await using var registry = new FakeRegistry(r => IsTop(r) ? Part(r, 2000) : Good(r));
        await using var f = new StoreFixture(Quick with { UnfinishedLifetime = TimeSpan.Zero });
        await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default));
        Assert.NotEmpty(Directory.EnumerateFiles(f.StoreRoot, "partial-*", SearchOption.AllDirectories));
        await f.ReopenAsync();
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Nothing_is_swept_before_its_time()
    {
        await using var registry = new FakeRegistry(r => IsTop(r) ? Part(r, 2000) : Good(r));
        await using var f = new StoreFixture(Quick);
        await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default));
        Assert.Equal(0, await f.Registries.SweepUnfinishedAsync(all: false, default));

        // The other downloads may have been given up before they were whole.
        Assert.InRange(await f.Registries.SweepUnfinishedAsync(all: true, default), 2000, 2000 + Base.Length + Config.Length);
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_silent_registry_is_left()
    {
        // The connection stays open: only the clock can tell.
        await using var registry = new FakeRegistry(r => IsTop(r) ? Respond(200, Top[..100], Top.Length, "X-Hold: 1") : Good(r));
        await using var f = new StoreFixture(StoreFixture.Quickly(Impatient));
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default));
        Assert.Contains("the registry sent nothing for 2 seconds after 100 of", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trickling_registry_is_left_though_it_never_stops()
    {
        // A busy machine may be silent for a moment itself: it is the pace that is too slow here, and nothing else.
        await using var registry = new FakeRegistry(r => IsTop(r) ? Respond(200, Top, "X-Trickle: 1") : Good(r));
        await using var f = new StoreFixture(StoreFixture.Quickly(Impatient with { MinimumRate = 1_000_000, StallTimeout = TimeSpan.FromSeconds(5) }));
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default));
        Assert.Contains("the registry sends less than 1000000 bytes a second", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_asks_for_too_much_patience_is_quoted()
    {
        await using var registry = new FakeRegistry(r => IsTop(r) ? Respond(429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"limit reached"}]}""", "Retry-After: 3600") : Good(r));
        await using var f = new StoreFixture(Quick);
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => f.Store.PullAsync(registry.Address + "/x", null, null, f.Progress, default));
        Assert.Equal("toomanyrequests: limit reached (the registry asks to come again in 3600 seconds)", e.Message);
    }

    [Fact]
    public async Task A_proxy_is_gone_through()
    {
        await using var proxy = new FakeRegistry(r =>
            r.Path.StartsWith("http://registry.invalid/", StringComparison.Ordinal) ? Good(r with { Path = r.Path["http://registry.invalid".Length..] }) : Respond(502, "not mine"));
        ImageStoreOptions options = StoreFixture.Quickly(QuickRegistries with { InsecureRegistries = ["registry.invalid"], Proxies = new ProxyRules("http://" + Named(proxy), null, null) });
        await using var f = new StoreFixture(options);
        await f.Store.PullAsync("registry.invalid/x", null, null, f.Progress, default);
        Assert.Contains(proxy.Requests, r => r.Path == "http://registry.invalid/v2/x/manifests/latest");
    }

    private static string Named(FakeRegistry registry) => registry.Address;

    private static string Layer(byte[] tar) => $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{SampleImage.DiffId(tar)}}","size":{{tar.Length}}}""";

    private static bool IsTop(Request r) => r.Path.EndsWith(SampleImage.DiffId(Top), StringComparison.Ordinal);

    /// <summary>The beginning up to a byte, then the end of the connection; nothing at all to who has that already.</summary>
    private static byte[] Part(Request r, int until) => r.Header("Range") is null ? Respond(200, Top[..until], Top.Length) : Respond(503, "down");

    private static byte[] Good(Request r)
    {
        foreach (byte[] blob in (byte[][])[Base, Top, Config])
        {
            if (r.Path.EndsWith(SampleImage.DiffId(blob), StringComparison.Ordinal))
            {
                int from = r.Header("Range") is { } range ? int.Parse(range["bytes=".Length..^1]) : 0;
                return from > 0 ? Respond(206, blob[from..], $"Content-Range: bytes {from}-{blob.Length - 1}/{blob.Length}") : Respond(200, blob);
            }
        }

        return r.Path == "/v2/" ? Respond(200, "{}") : Respond(200, Manifest, "Content-Type: application/vnd.oci.image.manifest.v1+json");
    }
}

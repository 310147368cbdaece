using System.Security.Cryptography;
using System.Text;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Repositories;
using static Quai.Registry.Tests.FakeRegistry;

namespace Quai.Registry.Tests;

/// <summary>A repository as used by code that knows nothing about images.</summary>
public sealed class RepositoryTests
{
    private static readonly RegistryOptions Quick = new() { RetryDelay = TimeSpan.FromMilliseconds(1), StallTimeout = TimeSpan.FromSeconds(30), MaxDownloadAttempts = 2 };
    private static readonly byte[] Content = Encoding.ASCII.GetBytes(new string('c', 5000));
    private static readonly Descriptor Blob = new() { Digest = Digest.Of(Content).ToString(), Size = Content.Length };

    [Fact]
    public async Task A_small_blob_is_read()
    {
        await using var registry = new FakeRegistry(r => r.Path == "/v2/" ? Respond(200, "{}") : r.Path == "/v2/x/blobs/" + Blob.Digest ? Respond(200, Content) : Respond(404, "{}"));
        Assert.Equal(Content, await ReadAsync(registry, r => r.ReadBlobAsync(Blob, "blob", default)));
        QuaiException e = await Assert.ThrowsAsync<ManifestNotFoundException>(() => ReadAsync(registry, r => r.GetManifestAsync("1", default)));
        Assert.Equal(ErrorKind.NotFound, e.Kind);
    }

    [Fact]
    public async Task What_is_not_what_its_digest_says_is_refused()
    {
        await using var registry = new FakeRegistry(r => r.Path == "/v2/" ? Respond(200, "{}") : Respond(200, [.. Content[..^1], (byte)'x']));
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => ReadAsync(registry, r => r.ReadBlobAsync(Blob, "signature", default)));
        Assert.Equal($"signature verification failed for digest {Blob.Digest}", e.Message);
    }

    [Fact]
    public async Task A_cut_download_goes_on_where_it_was()
    {
        int asked = 0;
        await using var registry = new FakeRegistry(r => r.Path == "/v2/" ? Respond(200, "{}")
            : Interlocked.Increment(ref asked) == 1 ? Respond(200, Content[..2000], Content.Length)
            : Respond(206, Content[2000..], $"Content-Range: bytes 2000-{Content.Length - 1}/{Content.Length}"));
        var sink = new Sink();
        List<TimeSpan> waits = [];
        bool verified = false;
        await ReadAsync(registry, async r =>
        {
            await r.DownloadAsync(Blob, sink, new TransferEvents { Retrying = waits.Add, Verifying = () => verified = true }, default);
            return true;
        });
        Assert.Equal(Content, sink.Bytes);
        Assert.Single(waits);
        Assert.True(verified);
        Assert.Equal("bytes=2000-", registry.Requests[^1].Header("Range"));
    }

    private static async Task<T> ReadAsync<T>(FakeRegistry registry, Func<RegistryRepository, Task<T>> use)
    {
        using var client = new RegistryClient(Quick, TimeProvider.System);
        return await client.ReadAsync(ImageReference.Parse(registry.Address + "/x:1"), null, use, default);
    }

    private sealed class Sink : IBlobSink
    {
        public List<byte> Bytes { get; } = [];

        public long Length => Bytes.Count;

        public void Write(ReadOnlySpan<byte> data) => Bytes.AddRange(data);

        public void Reset(HashAlgorithmName algorithm) => Bytes.Clear();

        public Digest Digest() => Oci.Images.Digest.Of(Bytes.ToArray());
    }
}

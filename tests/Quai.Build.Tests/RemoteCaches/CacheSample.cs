using System.Text;
using Quai.Build.RemoteCaches;
using Quai.Content.Collecting;
using Quai.Oci.Images;

namespace Quai.Build.Tests.RemoteCaches;

/// <summary>A cache of one step with one layer, whose blob is in a store.</summary>
internal static class CacheSample
{
    public static async Task<CacheGraph> MakeAsync(BuildFixture build, Lease lease, string content = "a layer, as far as caches care")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        Digest digest = await build.Images.Content.Blobs.AddAsync(bytes, null, lease, default);
        var blob = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = digest.ToString(), Size = bytes.Length };
        var layer = new CachedLayer(blob, Digest.Of("plain"u8).ToString(), -1, DateTimeOffset.UnixEpoch);
        return new CacheGraph([layer], [new CachedStep("key", "identity", "a step", "exec", [0])], new Dictionary<string, string> { ["question"] = "answer" });
    }

    /// <summary>Whether a blob is in a store as it should be.</summary>
    public static async Task<bool> HasAsync(BuildFixture build, Descriptor blob, Lease lease) =>
        await build.Images.Content.Blobs.HoldAsync(Digest.Parse(blob.Digest), lease, default) == blob.Size;
}

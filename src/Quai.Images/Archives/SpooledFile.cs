using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Snapshots;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>A file of an archive of images: a blob being stored, or one that the store already has; a layer is also unpacked.</summary>
internal sealed class SpooledFile : IAsyncDisposable
{
    private readonly Digest _known;
    private readonly string? _knownPath;
    private PendingLayer? _layer;

    private SpooledFile(IngestFile? ingest, Digest known, string? knownPath, long length)
    {
        Ingest = ingest;
        _known = known;
        _knownPath = knownPath;
        Length = length;
    }

    /// <summary>What was written; null for a blob that the store had.</summary>
    public IngestFile? Ingest { get; }

    public long Length { get; }

    public Digest Digest => Ingest?.Digest() ?? _known;

    public string FilePath => Ingest?.FilePath ?? _knownPath!;

    /// <summary>For an unpacked layer, the digest of the uncompressed tar.</summary>
    public Digest DiffId { get; private init; }

    /// <summary>Bytes of the files in it.</summary>
    public long UnpackedSize { get; private init; }

    /// <summary>A file that was written and closed.</summary>
    public static SpooledFile Written(IngestFile file)
    {
        file.EndWriting();
        return new SpooledFile(file, default, null, file.Length);
    }

    /// <summary>A layer that was written and unpacked.</summary>
    public static SpooledFile Unpacked(IngestFile file, PendingLayer layer, Digest diffId, long size)
    {
        file.EndWriting();
        return new SpooledFile(file, default, null, file.Length) { DiffId = diffId, UnpackedSize = size, _layer = layer };
    }

    /// <summary>A blob that the store has and the lease holds.</summary>
    public static SpooledFile Stored(Digest digest, string path, long length) => new(null, digest, path, length);

    /// <summary>Returns the unpacked layer, only once.</summary>
    public PendingLayer? TakeLayer() => Interlocked.Exchange(ref _layer, null);

    public async ValueTask DisposeAsync()
    {
        if (TakeLayer() is { } layer)
        {
            await layer.DisposeAsync().ConfigureAwait(false);
        }

        Ingest?.Dispose();
    }
}

using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>Packs the folder of an unpacked layer into an uncompressed archive.</summary>
public sealed class LayerPacking
{
    private readonly BlobStore _blobs;

    internal LayerPacking(BlobStore blobs) => _blobs = blobs;

    /// <summary>Packs it. The same folder always gives the same archive.</summary>
    /// <param name="directory">The layer's folder, in overlayfs's form; it is not changed.</param>
    /// <param name="lease">Keeps the blob until it has an owner.</param>
    /// <param name="cancellation">Leaves nothing.</param>
    /// <returns>The archive's digest, which is the layer's diff id and the blob's digest in one, and its length in bytes.</returns>
    public async Task<(Digest DiffId, long Length)> PackAsync(string directory, Lease lease, CancellationToken cancellation)
    {
        using IngestFile file = _blobs.Begin();
        await DeepThread.RunAsync("pack", () => Pack(directory, file, cancellation)).ConfigureAwait(false);
        Digest digest = file.Digest();
        await _blobs.CommitAsync(file, digest, lease, cancellation).ConfigureAwait(false);
        return (digest, file.Length);
    }

    private static void Pack(string directory, IngestFile file, CancellationToken cancellation)
    {
        using FileDescriptor root = DetachedRoot.Open(new RootSource.Folder(directory), [], rootReadOnly: true, allReadOnly: true, directory);
        using FileDescriptor opened = Openat2.Open(root.Number, ".", FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
        using var sink = new IngestStream(file);
        using var buffer = new BufferedStream(sink, 256 << 10);
        var tar = new TarWriter(buffer);
        new TreePacker(tar, new TreePackerOptions { OverlayMarks = true }, cancellation).PackContent(opened, default);
        tar.Finish();
        buffer.Flush();
    }
}

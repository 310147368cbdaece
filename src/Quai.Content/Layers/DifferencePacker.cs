using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Unpack;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>
/// Packs and unpacks a layer of a writable directory, reading it once: the tar is hashed and compressed into the blob, and passed to
/// another thread that unpacks it into the new layer's directory.
/// </summary>
internal static class DifferencePacker
{
    /// <summary>The result.</summary>
    /// <param name="DiffId">Digest of the uncompressed tar.</param>
    /// <param name="Size">Bytes of regular files.</param>
    public readonly record struct Result(Digest DiffId, long Size);

    /// <summary>Packs.</summary>
    /// <param name="upper">The writable directory.</param>
    /// <param name="leftOut">Paths that are not part of the layer.</param>
    /// <param name="file">Where the gzip blob goes.</param>
    /// <param name="directory">An empty directory for the new layer.</param>
    /// <param name="cancellation">Stops; the caller removes what was created.</param>
    public static async Task<Result> RunAsync(string upper, IReadOnlySet<string> leftOut, IngestFile file, string directory, CancellationToken cancellation)
    {
        using var handover = new HandoverStream();
        Task<LayerUnpacker.Result> unpacking = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return LayerUnpacker.Unpack(handover, CompressionKind.None, directory, hash: false, cancellation);
                }
                finally
                {
                    handover.Abandon();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Task<Digest> packing = DeepThread.RunAsync("commit", () => Pack(upper, leftOut, file, handover, cancellation));
        await Task.WhenAll(unpacking, packing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // If both failed, one caused the other: the unpacker's failure is a cancellation for the packer, never the other way round.
        if (packing.IsFaulted && packing.Exception!.InnerException is not OperationCanceledException)
        {
            await packing.ConfigureAwait(false);
        }

        LayerUnpacker.Result unpacked = await unpacking.ConfigureAwait(false);
        return new Result(await packing.ConfigureAwait(false), unpacked.Size);
    }

    private static Digest Pack(string upper, IReadOnlySet<string> leftOut, IngestFile file, HandoverStream handover, CancellationToken cancellation)
    {
        try
        {
            // Through a separate mount that opens no devices, since the container may still be running and is not trusted.
            using FileDescriptor root = DetachedRoot.Open(new RootSource.Folder(upper), [], rootReadOnly: true, allReadOnly: true, upper);
            using FileDescriptor directory = Openat2.Open(root.Number, ".", FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var blob = new IngestStream(file);
            using (var gzip = new GZipStream(blob, CompressionLevel.Fastest, leaveOpen: true))
            {
                var tar = new TarWriter(new SplitStream(hash, gzip, handover));
                var options = new TreePackerOptions { OverlayMarks = true, Skip = (path, _) => leftOut.Contains(Encoding.UTF8.GetString(path.Span)) };
                new TreePacker(tar, options, cancellation).PackContent(directory, default);
                tar.Finish();
            }

            handover.Complete();
            return Digest.FromSha256(hash.GetHashAndReset());
        }
        catch (Exception e)
        {
            handover.Complete(new IOException("the layer could not be packed", e));
            throw;
        }
    }

    private sealed class SplitStream(IncrementalHash hash, GZipStream gzip, HandoverStream handover) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            handover.Enqueue(buffer);
            gzip.Write(buffer);
        }
    }
}

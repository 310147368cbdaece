using Quai.Archives;
using Quai.Build.Trees;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Build.Steps.Files;

/// <summary>Unpacks what is an archive instead of copying it, as ADD does.</summary>
internal static class ArchiveUnpacking
{
    private const int HeaderSize = 512;

    /// <summary>Unpacks a file into a directory, if it is a tar, compressed or not.</summary>
    /// <param name="from">Where the file is.</param>
    /// <param name="path">The file.</param>
    /// <param name="upper">The layer that is written.</param>
    /// <param name="destination">The directory; it is made where it is missing.</param>
    /// <param name="changes">The owner of all that is unpacked.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Whether it is one.</returns>
    /// <exception cref="QuaiException">It is one, and is damaged.</exception>
    public static bool TryUnpack(MergedTree from, string path, UpperLayer upper, string destination, CopyChanges changes, CancellationToken cancellation)
    {
        if (!IsArchive(from, path, cancellation))
        {
            return false;
        }

        string folder = upper.Tree.Resolve(destination);
        upper.Enter(folder, changes with { Mode = null }).Dispose();
        using Stream file = new DescriptorStream(from.OpenFile(path)!);
        using var source = new SyncStream(file, cancellation);
        using Stream tar = UnpackedStream.Open(source);
        using FileDescriptor root = upper.OpenMounted();
        var options = new TreeExtractorOptions { Owner = changes is { Uid: { } uid, Gid: { } gid } ? (uid, gid) : null };
        using var extractor = new TreeExtractor(root, folder, options);
        try
        {
            extractor.Extract(new TarReader(tar), cancellation);
        }
        catch (Exception e) when (Compression.IsBroken(e))
        {
            throw QuaiException.Invalid($"{path} is a damaged archive: {e.Message}", e);
        }

        return true;
    }

    private static bool IsArchive(MergedTree from, string path, CancellationToken cancellation)
    {
        if (from.OpenFile(path) is not { } opened)
        {
            return false;
        }

        using Stream file = new DescriptorStream(opened);
        using var source = new SyncStream(file, cancellation);
        byte[] block = new byte[HeaderSize];
        try
        {
            using Stream tar = UnpackedStream.Open(source);
            return tar.ReadAtLeast(block, HeaderSize, throwOnEndOfStream: false) == HeaderSize && TarReader.IsHeader(block);
        }
        catch (Exception e) when (Compression.IsBroken(e))
        {
            return false;
        }
    }
}

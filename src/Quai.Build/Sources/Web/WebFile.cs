using System.Security.Cryptography;
using Quai.Build.Layers;
using Quai.Build.Solving;
using Quai.Build.Trees;
using Quai.Linux;
using Quai.Oci.Images;

namespace Quai.Build.Sources.Web;

/// <summary>Stores what comes over a connection as the only file of a layer.</summary>
internal static class WebFile
{
    private const int Piece = 256 << 10;
    private const long Step = 1 << 20;
    private const uint FolderMode = 0x1ed;

    /// <summary>Stores it, and returns its digest.</summary>
    /// <param name="layer">An empty layer.</param>
    /// <param name="content">What comes.</param>
    /// <param name="address">How it is to be stored.</param>
    /// <param name="name">Its name.</param>
    /// <param name="modifiedAt">When it was changed, in seconds since 1970.</param>
    /// <param name="total">How much comes; 0 where that is not known.</param>
    /// <param name="progress">Where it says how far it is.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<Digest> StoreAsync(
        WritableLayer layer, Stream content, WebAddress address, string name, long modifiedAt, long total, IStepProgress progress, CancellationToken cancellation)
    {
        HashAlgorithmName algorithm = address.Checksum?.AlgorithmName ?? HashAlgorithmName.SHA256;
        using var hash = IncrementalHash.CreateHash(algorithm);
        using FileDescriptor folder = Openat2.Open(FileCalls.AT_FDCWD, layer.Directory, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
        using FileDescriptor file = Openat2.Open(
            folder.Number, name, FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0x180, Openat2.RESOLVE_BENEATH);
        byte[] buffer = new byte[Piece];
        long length = 0, told = 0;
        int count;
        while ((count = await content.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, count));
            UpperLayer.Check(FileCalls.TryWrite(file.Number, buffer.AsSpan(0, count)), "write", name);
            length += count;
            if (length - told >= Step)
            {
                told = length;
                progress.Report("downloading", length, total, isComplete: false);
            }
        }

        UpperLayer.Check(FileCalls.TryChangeOwner(file.Number, address.Uid, address.Gid), "chown", name);
        UpperLayer.Check(FileCalls.TryChangeMode(file.Number, address.Mode), "chmod", name);
        UpperLayer.SetTime(file, modifiedAt * 1_000_000_000L);
        UpperLayer.Check(FileCalls.TryChangeMode(folder.Number, FolderMode), "chmod", layer.Directory);
        UpperLayer.SetTime(folder, modifiedAt * 1_000_000_000L);
        progress.Report("downloading", length, total, isComplete: true);
        return Digest.FromHash(algorithm, hash.GetHashAndReset());
    }
}

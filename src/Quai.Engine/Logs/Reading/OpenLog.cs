using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Quai.Linux.Kernel;

namespace Quai.Engine.Logs.Reading;

/// <summary>
/// One open file of a rotated log. It stays readable when it is renamed or removed. One that was compressed is known by the identity of the file that it was made of,
/// and is unpacked into a file without a name when it is first read.
/// </summary>
internal sealed class OpenLog : IDisposable
{
    private const int FixedHead = 10, HeadSize = FixedHead + 2 + 4 + 16;
    private readonly SafeFileHandle _file;
    private SafeFileHandle? _unpacked;

    private OpenLog(SafeFileHandle file, (ulong Inode, long Birth) identity, bool packed)
    {
        _file = file;
        Identity = identity;
        IsPacked = packed;
        _unpacked = packed ? null : file;
    }

    /// <summary>Its lines.</summary>
    public SafeFileHandle Handle => _unpacked ??= Unpack();

    /// <summary>The number of the file that was written, and when it was made: the number alone is soon another file's.</summary>
    public (ulong Inode, long Birth) Identity { get; }

    /// <summary>Whether it was compressed.</summary>
    public bool IsPacked { get; }

    /// <summary>Where to read next.</summary>
    public long Position { get; set; }

    /// <summary>Opens a file; null if there is none.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="packed">Whether it is compressed.</param>
    public static OpenLog? TryOpen(string path, bool packed)
    {
        try
        {
            SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            try
            {
                return new OpenLog(handle, packed ? OriginOf(handle) : IdentityOf(handle), packed);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _unpacked?.Dispose();
    }

    // By the descriptor, so that it is that of this very file.
    private static (ulong, long) IdentityOf(SafeFileHandle handle) =>
        FileBirth.TryRead((int)handle.DangerousGetHandle(), out ulong inode, out long birth) ? (inode, birth) : throw new IOException("a file of a log cannot be examined");

    // The extra field of the header, which the shim writes.
    private static (ulong, long) OriginOf(SafeFileHandle handle)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        return RandomAccess.Read(handle, head, 0) == HeadSize && head[(FixedHead + 2)..].StartsWith("QI"u8)
            ? (BinaryPrimitives.ReadUInt64LittleEndian(head[(FixedHead + 6)..]), BinaryPrimitives.ReadInt64LittleEndian(head[(FixedHead + 14)..]))
            : IdentityOf(handle);
    }

    private SafeFileHandle Unpack()
    {
        string name = Path.Combine(Path.GetTempPath(), "quai-log-" + Guid.NewGuid().ToString("N"));
        SafeFileHandle unpacked = File.OpenHandle(name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            File.Delete(name);
            using var source = new FileStream(File.OpenHandle($"/proc/self/fd/{(int)_file.DangerousGetHandle()}"), FileAccess.Read);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            byte[] buffer = new byte[64 << 10];
            long at = 0;
            while (gzip.Read(buffer) is > 0 and var count)
            {
                RandomAccess.Write(unpacked, buffer.AsSpan(0, count), at);
                at += count;
            }

            return unpacked;
        }
        catch (InvalidDataException)
        {
            // As far as it could be read.
            return unpacked;
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }
}

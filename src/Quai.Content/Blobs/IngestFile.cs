using System.Security.Cryptography;
using Quai.Linux;
using Quai.Oci.Images;

namespace Quai.Content.Blobs;

/// <summary>A blob being written, from front to back, and hashed on the way. Deleted when disposed, unless moved.</summary>
public sealed class IngestFile : IDisposable
{
    private readonly FileDescriptor _file;
    private IncrementalHash _hash;
    private bool _moved;
    private Digest? _digest;

    internal IngestFile(string path)
        : this(path, FileCalls.O_EXCL)
    {
    }

    private IngestFile(string path, int flags)
    {
        FilePath = path;
        _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _file = Openat2.Open(FileCalls.AT_FDCWD, path, FileCalls.O_RDWR | FileCalls.O_CREAT | FileCalls.O_CLOEXEC | flags, 0x180, 0);
    }

    /// <summary>Its current path.</summary>
    public string FilePath { get; private set; }

    /// <summary>Whether what was written stays when this is disposed, for another attempt; see <see cref="BlobStore.ResumeAsync"/>.</summary>
    public bool Resumable { get; private init; }

    /// <summary>Opens a file that may already have a beginning, which is read once to hash it. It stays when this is disposed, unless it is empty.</summary>
    internal static IngestFile Resume(string path, HashAlgorithmName algorithm, CancellationToken cancellation)
    {
        var file = new IngestFile(path, FileCalls.O_APPEND) { Resumable = true };
        try
        {
            file._hash.Dispose();
            file._hash = IncrementalHash.CreateHash(algorithm);
            using FileStream written = File.OpenRead(path);
            byte[] buffer = new byte[1 << 18];
            int count;
            while ((count = written.Read(buffer)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                file._hash.AppendData(buffer.AsSpan(0, count));
                file.Length += count;
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>Starts over, with another algorithm if need be.</summary>
    public void Reset(HashAlgorithmName algorithm)
    {
        _hash.Dispose();
        _hash = IncrementalHash.CreateHash(algorithm);
        FileCalls.Truncate(_file.Number, FilePath);
        Length = 0;
    }

    /// <summary>Adds bytes at the end.</summary>
    /// <exception cref="LinuxException">For example, the disk is full.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        _hash.AppendData(data);
        int errno = FileCalls.TryWrite(_file.Number, data);
        if (errno != 0)
        {
            throw new LinuxException("write", errno, FilePath);
        }

        Length += data.Length;
    }

    /// <summary>The digest of what was written so far; writing may continue.</summary>
    public Digest Digest() => _digest ?? Oci.Images.Digest.FromHash(_hash.AlgorithmName, _hash.GetCurrentHash());

    /// <summary>Closes the file, which is complete: an archive of many files must not hold them all open.</summary>
    public void EndWriting()
    {
        _digest = Digest();
        _file.Dispose();
        _hash.Dispose();
    }

    /// <summary>Syncs the data to disk.</summary>
    public void Sync()
    {
        if (!_file.IsClosed)
        {
            FileCalls.SyncData(_file.Number, FilePath);
            return;
        }

        using FileDescriptor again = Openat2.Open(FileCalls.AT_FDCWD, FilePath, FileCalls.O_RDWR | FileCalls.O_CLOEXEC, 0, 0);
        FileCalls.SyncData(again.Number, FilePath);
    }

    internal void MoveTo(string path)
    {
        FileCalls.Rename(FileCalls.AT_FDCWD, FilePath, FileCalls.AT_FDCWD, path);
        FilePath = path;
        _moved = true;
    }

    /// <summary>Removes the file, unless it has become a blob or is kept for another attempt.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
        if (!_moved && !(Resumable && Length > 0))
        {
            // Already gone, also if a commit failed half way.
            File.Delete(FilePath);
            _moved = true;
        }
    }
}

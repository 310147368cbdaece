using System.Security.Cryptography;
using Quai.Archives;
using Quai.Linux;

namespace Quai.Build.Contexts;

/// <summary>A file of a context whose content is coming: digested on the way.</summary>
internal sealed class ContextFile(FileDescriptor file, Action<byte[], long> complete) : WriteOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;
    private bool _isFlushed;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.AppendData(buffer);
        int errno = FileCalls.TryWrite(file.Number, buffer);
        if (errno != 0)
        {
            throw new LinuxException("write", errno, null);
        }

        _length += buffer.Length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>All has come.</summary>
    public override void Flush() => _isFlushed = true;

    protected override void Dispose(bool disposing)
    {
        if (disposing && !file.IsClosed)
        {
            using (file)
            using (_hash)
            {
                if (_isFlushed)
                {
                    complete(_hash.GetHashAndReset(), _length);
                }
            }
        }

        base.Dispose(disposing);
    }
}

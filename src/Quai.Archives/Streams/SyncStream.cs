namespace Quai.Archives;

/// <summary>
/// A stream that only reads asynchronously (a request's body), read on a thread that may block; what was peeked at its start comes first.
/// </summary>
public sealed class SyncStream(Stream source, CancellationToken cancellation) : Stream
{
    private byte[] _peeked = [];
    private int _used;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first bytes, which reads return again.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        byte[] start = new byte[count];
        int length = this.ReadAtLeast(start, count, throwOnEndOfStream: false);
        _peeked = start[..length];
        _used = 0;
        return _peeked;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_used < _peeked.Length)
        {
            int again = Math.Min(count, _peeked.Length - _used);
            _peeked.AsSpan(_used, again).CopyTo(buffer.AsSpan(offset));
            _used += again;
            return again;
        }

        ValueTask<int> read = source.ReadAsync(buffer.AsMemory(offset, count), cancellation);
        return read.IsCompletedSuccessfully ? read.Result : read.AsTask().GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

namespace Quai.Archives;

/// <summary>
/// A stream that only reads asynchronously (a request's body), read on a thread that may block; what was peeked at its start comes first.
/// </summary>
internal sealed class SyncStream(Stream source, CancellationToken cancellation) : Stream
{
    private byte[] _peeked = [];
    private int _used;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first bytes, which reading gives again.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        byte[] start = new byte[count];
        int length = this.ReadAtLeast(start, count, throwOnEndOfStream: false);
        _peeked = start[..length];
        _used = 0;
        return _peeked;
    }

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

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

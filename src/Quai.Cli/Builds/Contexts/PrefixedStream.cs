namespace Quai.Cli.Builds.Contexts;

/// <summary>A stream of which the beginning was read already.</summary>
/// <param name="head">The beginning.</param>
/// <param name="rest">All that follows.</param>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> head, Stream rest) : Stream
{
    private ReadOnlyMemory<byte> _head = head;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_head.IsEmpty)
        {
            return rest.Read(buffer, offset, count);
        }

        int taken = Math.Min(count, _head.Length);
        _head.Span[..taken].CopyTo(buffer.AsSpan(offset));
        _head = _head[taken..];
        return taken;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

namespace Quai.Archives;

/// <summary>
/// A stream that only writes asynchronously (a response's body), written to by a thread that may block: one piece is sent while the next is produced.
/// </summary>
public sealed class SinkStream(Stream target, CancellationToken cancellation) : Stream
{
    private byte[] _sending = [];
    private Task _sent = Task.CompletedTask;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _sent.GetAwaiter().GetResult();
        if (_sending.Length < buffer.Length)
        {
            _sending = GC.AllocateUninitializedArray<byte>(buffer.Length);
        }

        buffer.CopyTo(_sending);
        _sent = target.WriteAsync(_sending.AsMemory(0, buffer.Length), cancellation).AsTask();
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        _sent.GetAwaiter().GetResult();
        target.FlushAsync(cancellation).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}

namespace Quai.Archives;

/// <summary>
/// A stream that only writes asynchronously (a response's body), written to by a thread that may block: one piece is sent while the next is produced.
/// </summary>
public sealed class SinkStream(Stream target, CancellationToken cancellation) : WriteOnlyStream
{
    private byte[] _sending = [];
    private Task _sent = Task.CompletedTask;

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
}

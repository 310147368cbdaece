using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Control;

namespace Quai.BuildKit.Sessions;

/// <summary>A connection within a call: each side's messages are pieces of what it sends. So clients bring their sessions that speak gRPC and nothing else.</summary>
/// <param name="input">What the client sends.</param>
/// <param name="output">What is sent to it.</param>
internal sealed class TunnelStream(IAsyncStreamReader<BytesMessage> input, IServerStreamWriter<BytesMessage> output) : Stream
{
    private readonly CancellationTokenSource _closed = new();
    private ReadOnlyMemory<byte> _left;
    private Task<bool>? _next;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left.IsEmpty)
        {
            // A read that is given up leaves this one for the next.
            _next ??= input.MoveNext(_closed.Token);
            if (!await _next.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            _next = null;
            _left = input.Current.Data.Memory;
        }

        int length = Math.Min(buffer.Length, _left.Length);
        _left[..length].CopyTo(buffer);
        _left = _left[length..];
        return length;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read without blocking");

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        // The message is serialized before the write returns, so the bytes need not be copied.
        buffer.IsEmpty ? default : new(output.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(buffer) }, cancellationToken));

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write without blocking");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Not disposed of: a read may still be pending on it, and it holds nothing but memory.
            _closed.Cancel();
        }

        base.Dispose(disposing);
    }
}

using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Control;
using Quai.Rpc.Messages;

namespace Quai.BuildKit.Sessions;

/// <summary>A connection within a call: each side's messages are pieces of what it sends. So clients bring their sessions that speak gRPC and nothing else.</summary>
/// <param name="input">What the client sends.</param>
/// <param name="output">What is sent to it.</param>
internal sealed class TunnelStream(IAsyncStreamReader<BytesMessage> input, IServerStreamWriter<BytesMessage> output) : TwoWayStream
{
    private readonly CancellationTokenSource _closed = new();
    private ReadOnlyMemory<byte> _left;
    private Task<bool>? _next;

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
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        // The message is serialized before the write returns, so the bytes need not be copied.
        buffer.IsEmpty ? default : new(output.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(buffer) }, cancellationToken));

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

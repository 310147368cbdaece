using Grpc.Core;

namespace Quai.Rpc.Messages;

/// <summary>A connection within a call: each side's messages are pieces of what it sends. So clients bring their sessions that speak gRPC and nothing else.</summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="input">What the other side sends.</param>
/// <param name="output">What is sent to it.</param>
/// <param name="wrap">Makes a message of a piece, whose bytes are free again once the message is written.</param>
/// <param name="unwrap">Takes the piece out of a message.</param>
public sealed class TunnelStream<T>(IAsyncStreamReader<T> input, IAsyncStreamWriter<T> output, Func<ReadOnlyMemory<byte>, T> wrap, Func<T, ReadOnlyMemory<byte>> unwrap) : TwoWayStream
    where T : class
{
    private readonly CancellationTokenSource _closed = new();
    private ReceivedPiece _received;
    private Task<bool>? _next;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_received.IsEmpty)
        {
            // A read that is given up leaves this one for the next.
            _next ??= input.MoveNext(_closed.Token);
            if (!await _next.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            _next = null;
            _received.Take(unwrap(input.Current));
        }

        return _received.Read(buffer.Span);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        // The message is serialized before the write returns, so the bytes need not be copied.
        buffer.IsEmpty ? default : new(output.WriteAsync(wrap(buffer), CancellationToken.None));

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

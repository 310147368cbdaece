using Google.Protobuf;
using Grpc.Core;
using Quai.Rpc.Messages;

namespace Quai.BuildKit.Sessions;

/// <summary>A call whose messages are pieces of a stream of bytes, in both directions. One reader and one writer may use it beside each other.</summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="call">The call.</param>
/// <param name="wrap">Makes a message of a piece.</param>
/// <param name="unwrap">Takes the piece out of a message.</param>
/// <param name="life">How long the call lasts.</param>
/// <param name="confirms">Whether disposing of it ends with the other side's word that it has taken everything; otherwise whatever is on the way is dropped.</param>
internal sealed class MessageStream<T>(AsyncDuplexStreamingCall<T, T> call, Func<ByteString, T> wrap, Func<T, ByteString> unwrap, CallLife life, bool confirms) : TwoWayStream
    where T : class
{
    /// <summary>The largest piece that is sent, well below the largest message.</summary>
    private const int Piece = 1 << 20;

    private ReceivedPiece _received;
    private bool _completed, _ended, _failed, _disposed;

    /// <summary>Says that nothing more is written.</summary>
    public Task CompleteAsync() => TryAsync(async () =>
    {
        if (!_completed)
        {
            _completed = true;
            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }

        return 0;
    });

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_received.IsEmpty)
        {
            if (buffer.IsEmpty || !await NextAsync().WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            _received.Take(unwrap(call.ResponseStream.Current).Memory);
        }

        return _received.Read(buffer.Span);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlyMemory<byte> piece = buffer[..Math.Min(buffer.Length, Piece)];
            buffer = buffer[piece.Length..];
            // The message is serialized before the write returns, so the bytes need not be copied.
            await TryAsync(async () =>
            {
                try
                {
                    await call.RequestStream.WriteAsync(wrap(UnsafeByteOperations.UnsafeWrap(piece)), cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (confirms && e is RpcException or InvalidOperationException)
                {
                    // That nothing more is taken is all that a write learns; why, the answer says.
                    while (await NextAsync().ConfigureAwait(false))
                    {
                    }

                    throw;
                }

                return 0;
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the call.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (confirms && !_disposed && !_failed)
            {
                if (life.Token.IsCancellationRequested)
                {
                    var cut = new OperationCanceledException(life.Token);
                    throw life.Translate(cut) ?? cut;
                }

                await CompleteAsync().ConfigureAwait(false);
                while (await NextAsync().ConfigureAwait(false))
                {
                }
            }
        }
        finally
        {
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            call.Dispose();
            life.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task<bool> NextAsync() => _ended ? Task.FromResult(false) : TryAsync(async () =>
    {
        bool more = await call.ResponseStream.MoveNext(life.Token).ConfigureAwait(false);
        _ended = !more;
        return more;
    });

    private async Task<TResult> TryAsync<TResult>(Func<Task<TResult>> part)
    {
        try
        {
            return await part().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failed = true;
            throw life.Translate(e) ?? e;
        }
    }
}

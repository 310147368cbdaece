using Grpc.Core;
using Quai.BuildProtocol.Content;
using Quai.Rpc.Messages;

namespace Quai.BuildKit.Sessions;

/// <summary>A blob as a client sends it.</summary>
/// <param name="call">The call.</param>
/// <param name="life">How long it lasts.</param>
internal sealed class ContentStream(AsyncServerStreamingCall<ReadContentResponse> call, CallLife life) : TwoWayStream
{
    private ReceivedPiece _received;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_received.IsEmpty)
        {
            try
            {
                if (buffer.IsEmpty || !await call.ResponseStream.MoveNext(life.Token).ConfigureAwait(false))
                {
                    return 0;
                }
            }
            catch (Exception e) when (life.Translate(e) is { } known)
            {
                throw known;
            }

            _received.Take(call.ResponseStream.Current.Data.Memory);
        }

        return _received.Read(buffer.Span);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException("a client's blob is only read");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            call.Dispose();
            life.Dispose();
        }

        base.Dispose(disposing);
    }
}

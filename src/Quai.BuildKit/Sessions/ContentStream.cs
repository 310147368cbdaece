using Grpc.Core;
using Quai.BuildProtocol.Content;
using Quai.Rpc.Messages;

namespace Quai.BuildKit.Sessions;

/// <summary>A blob as a client sends it.</summary>
/// <param name="call">The call.</param>
/// <param name="life">How long it lasts.</param>
internal sealed class ContentStream(AsyncServerStreamingCall<ReadContentResponse> call, CallLife life) : TwoWayStream
{
    private ReadOnlyMemory<byte> _left;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left.IsEmpty)
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

            _left = call.ResponseStream.Current.Data.Memory;
        }

        int length = Math.Min(buffer.Length, _left.Length);
        _left[..length].CopyTo(buffer);
        _left = _left[length..];
        return length;
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

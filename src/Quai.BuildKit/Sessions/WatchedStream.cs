using Quai.Rpc.Messages;

namespace Quai.BuildKit.Sessions;

/// <summary>A connection whose end is noticed by whoever does not read it: HTTP/2's client always has a read pending, and tells nobody that it has ended.</summary>
/// <param name="inner">The connection.</param>
internal sealed class WatchedStream(Stream inner) : TwoWayStream
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the peer sends no more, or the connection breaks.</summary>
    public Task Ended => _ended.Task;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = -1;
        try
        {
            read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return read;
        }
        finally
        {
            // A read into nothing waits for bytes, and says 0 when there are some.
            if (read < 0 || (read == 0 && buffer.Length > 0))
            {
                _ended.TrySetResult();
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _ended.TrySetResult();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ended.TrySetResult();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

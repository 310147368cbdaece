namespace Quai.BuildKit.Sessions;

/// <summary>How long a call lasts that is a stream to its caller, and what it fails with.</summary>
/// <param name="source">Ends the call; it ends with the connection and with the caller's patience, too.</param>
/// <param name="calls">Knows failures.</param>
/// <param name="cancellation">The caller's patience.</param>
internal sealed class CallLife(CancellationTokenSource source, SessionCalls calls, CancellationToken cancellation) : IDisposable
{
    /// <summary>Ends with the call.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>What a part of the call failed with, as others here know it; null where it is no failure of the call.</summary>
    public Exception? Translate(Exception error) => calls.Translate(error, cancellation);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}

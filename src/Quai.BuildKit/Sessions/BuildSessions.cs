using Quai.Build.Sessions;
using Quai.BuildProtocol.Health;
using Quai.Errors;
using Quai.Rpc.Calling;

namespace Quai.BuildKit.Sessions;

/// <summary>The sessions of clients that are connected: each a connection that the client has turned round, so that it is served by the client.</summary>
public sealed class BuildSessions : IBuildSessions
{
    /// <summary>How long a request waits for a session that it names: it may overtake the session's connection.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Arrivals<ClientSession> _sessions = new();

    /// <inheritdoc/>
    public async Task<IBuildSession> GetAsync(string id, CancellationToken cancellation) =>
        await _sessions.WaitAsync(id, s_patience, cancellation).ConfigureAwait(false) ?? throw QuaiException.NotFound($"no active session for {id}: context deadline exceeded");

    /// <summary>Offers a session to builds, as long as its connection lasts; returns when it has ended.</summary>
    /// <param name="offer">What the client says of it.</param>
    /// <param name="connection">The connection, on which the client waits for HTTP/2; it is closed in the end.</param>
    /// <param name="gone">Ends it.</param>
    /// <exception cref="QuaiException">Kind Conflict: there is a session with this id.</exception>
    public async Task ServeAsync(SessionOffer offer, Stream connection, CancellationToken gone)
    {
        var watched = new WatchedStream(connection);
        using var invoker = new StreamInvoker(watched);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var session = new ClientSession(offer, new SessionCalls(invoker.Invoker, offer.Methods, ended.Token));
        if (!_sessions.TryAdd(offer.Id, session))
        {
            throw QuaiException.Conflict($"there is a session {offer.Id} already");
        }

        // Nothing is read before the first call: without one, a client that half-closes an unused session would wait for ever for it to end.
        Task greeting = new Health.HealthClient(invoker.Invoker).CheckAsync(new HealthCheckRequest(), cancellationToken: ended.Token).ResponseAsync;
        try
        {
            await watched.Ended.WaitAsync(gone).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It ends all the same.
        }
        finally
        {
            _sessions.Remove(offer.Id, session);
            // What still calls would wait for ever: the client of gRPC tries to connect anew, and there is nowhere to connect to.
            await ended.CancelAsync().ConfigureAwait(false);
            await greeting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

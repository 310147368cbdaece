using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Quai.Rpc.TakenOver;

/// <summary>
/// Has Kestrel serve HTTP/2 on connections that were another protocol's before: a client upgrades a request of HTTP/1, and is the client of HTTP/2 then.
/// Kestrel gets it beside its transport of sockets, and listens on a <see cref="TakenOverEndPoint"/>.
/// </summary>
public sealed class TakenOverTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly IConnectionListenerFactory _sockets;
    private readonly TakenOverConnections _connections;

    /// <param name="sockets">The transport of all other end points: a factory that selects must serve them, too.</param>
    /// <param name="connections">The connections taken over.</param>
    public TakenOverTransport(IConnectionListenerFactory sockets, TakenOverConnections connections)
    {
        _sockets = sockets;
        _connections = connections;
    }

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => true;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is TakenOverEndPoint ? new(new Listener(endpoint, _connections.Incoming)) : _sockets.BindAsync(endpoint, cancellationToken);

    private sealed class Listener(EndPoint endpoint, ChannelReader<ConnectionContext> incoming) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                return await incoming.ReadAsync(_unbound.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default) => await _unbound.CancelAsync().ConfigureAwait(false);

        public ValueTask DisposeAsync()
        {
            _unbound.Dispose();
            return default;
        }
    }
}

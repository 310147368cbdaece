using System.IO.Pipelines;
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
    private readonly Channel<ConnectionContext> _incoming = Channel.CreateUnbounded<ConnectionContext>();
    private readonly IConnectionListenerFactory _sockets;

    /// <param name="sockets">The transport of all other end points: a factory that selects must serve them, too.</param>
    public TakenOverTransport(IConnectionListenerFactory sockets) => _sockets = sockets;

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => true;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is TakenOverEndPoint ? new(new Listener(endpoint, _incoming.Reader)) : _sockets.BindAsync(endpoint, cancellationToken);

    /// <summary>Serves a connection; returns when it has ended.</summary>
    /// <param name="stream">The connection, which stays the caller's to close.</param>
    /// <param name="gone">Ends it.</param>
    public async Task ServeAsync(Stream stream, CancellationToken gone)
    {
        var leave = new StreamPipeReaderOptions(leaveOpen: true);
        await ServeAsync(PipeReader.Create(stream, leave), PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)), gone).ConfigureAwait(false);
    }

    /// <summary>Serves a connection on which nothing was said yet; returns when it has ended.</summary>
    /// <param name="pipe">The connection. Both pipes are completed in the end.</param>
    /// <param name="gone">Ends it.</param>
    public Task ServeAsync(IDuplexPipe pipe, CancellationToken gone) => ServeAsync(pipe.Input, pipe.Output, gone);

    private async Task ServeAsync(PipeReader input, PipeWriter output, CancellationToken gone)
    {
        var connection = new TakenOverConnection(input, output);
        await using (gone.UnsafeRegister(static c => ((TakenOverConnection)c!).Abort(), connection).ConfigureAwait(false))
        {
            await _incoming.Writer.WriteAsync(connection, CancellationToken.None).ConfigureAwait(false);
            await connection.Ended.ConfigureAwait(false);
        }
    }

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

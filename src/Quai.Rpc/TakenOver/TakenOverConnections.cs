using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Quai.Rpc.TakenOver;

/// <summary>Connections that were something else before and on which Kestrel is to serve HTTP/2: <see cref="TakenOverTransport"/> hands them to it.</summary>
public sealed class TakenOverConnections
{
    private readonly Channel<ConnectionContext> _incoming = Channel.CreateUnbounded<ConnectionContext>();

    /// <summary>Those that nobody has accepted yet.</summary>
    internal ChannelReader<ConnectionContext> Incoming => _incoming.Reader;

    /// <summary>Serves a connection; returns when it has ended.</summary>
    /// <param name="stream">The connection, which stays the caller's to close.</param>
    /// <param name="gone">Ends it.</param>
    public async Task ServeAsync(Stream stream, CancellationToken gone)
    {
        var leave = new StreamPipeReaderOptions(leaveOpen: true);
        await ServeAsync(PipeReader.Create(stream, leave), PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)), null, gone).ConfigureAwait(false);
    }

    /// <summary>Serves a connection on which nothing was said yet; returns when it has ended.</summary>
    /// <param name="pipe">The connection. Both pipes are completed in the end.</param>
    /// <param name="gone">Ends it.</param>
    /// <param name="handler">Serves its requests; null for whatever serves those of others.</param>
    public Task ServeAsync(IDuplexPipe pipe, CancellationToken gone, ConnectionHandler? handler = null) => ServeAsync(pipe.Input, pipe.Output, handler, gone);

    private async Task ServeAsync(PipeReader input, PipeWriter output, ConnectionHandler? handler, CancellationToken gone)
    {
        var connection = new TakenOverConnection(input, output);
        connection.Features.Set(handler);
        await using (gone.UnsafeRegister(static c => ((TakenOverConnection)c!).Abort(), connection).ConfigureAwait(false))
        {
            await _incoming.Writer.WriteAsync(connection, CancellationToken.None).ConfigureAwait(false);
            await connection.Ended.ConfigureAwait(false);
        }
    }
}

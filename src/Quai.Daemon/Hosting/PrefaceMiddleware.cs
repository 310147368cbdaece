using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Quai.Rpc.TakenOver;
using ConnectionHandler = Quai.Rpc.TakenOver.ConnectionHandler;

namespace Quai.Daemon.Hosting;

/// <summary>
/// Tells HTTP/2 from HTTP/1 by a connection's first bytes: a client of gRPC that speaks to the daemon's socket itself begins with HTTP/2's preface (RFC 9113, 3.4),
/// which is no request of HTTP/1. As a connection taken over it is served; requests of the others find it among their features.
/// </summary>
internal static class PrefaceMiddleware
{
    /// <summary>Creates the connection middleware.</summary>
    /// <param name="connections">Serves HTTP/2.</param>
    /// <param name="handler">Serves all requests; null for whatever serves those of others.</param>
    /// <param name="patience">How long a connection may be silent.</param>
    public static Func<ConnectionDelegate, ConnectionDelegate> Create(TakenOverConnections connections, ConnectionHandler? handler, TimeSpan patience) => next => async connection =>
    {
        connection.Features.Set(connections);
        connection.Features.Set(handler);
        if (await BeginsAsHttp2Async(connection, patience))
        {
            await connections.ServeAsync(connection.Transport, connection.ConnectionClosed, handler);
        }
        else
        {
            await next(connection);
        }
    };

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n"u8;

    private static async ValueTask<bool> BeginsAsHttp2Async(ConnectionContext connection, TimeSpan patience)
    {
        PipeReader input = connection.Transport.Input;
        try
        {
            // A client may be silent at first; when the server stops, that is no reason to wait for it.
            CancellationToken stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            enough.CancelAfter(patience);
            while (true)
            {
                ReadResult read = await input.ReadAsync(enough.Token);
                bool? decided = Decide(read.Buffer);
                if (decided is null && !read.IsCompleted && !read.IsCanceled)
                {
                    input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                // Nothing is taken: whoever serves the connection reads from its beginning.
                input.AdvanceTo(read.Buffer.Start);
                return decided == true;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // Kestrel ends connections that are silent, broken or no longer wanted as it always does.
            return false;
        }
    }

    private static bool? Decide(ReadOnlySequence<byte> begun)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        int length = (int)Math.Min(begun.Length, first.Length);
        begun.Slice(0, length).CopyTo(first);
        return !Preface.StartsWith(first[..length]) ? false : length == Preface.Length ? true : null;
    }
}

using System.Net.Sockets;

namespace Quai.Networks.Dns.Serving;

/// <summary>Takes connections, no more at a time than are allowed.</summary>
/// <param name="listener">Listening; not closed.</param>
/// <param name="responder">Knows the answers.</param>
/// <param name="options">The limits.</param>
/// <param name="time">What time it is.</param>
internal sealed class TcpService(Socket listener, Responder responder, DnsServerOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(100);

    private readonly OpenWork _work = new();

    /// <summary>Serves until it is cancelled, or the socket is closed.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var slots = new SemaphoreSlim(options.MostConnections);
        try
        {
            while (true)
            {
                await slots.WaitAsync(cancellation).ConfigureAwait(false);
                bool taken = false;
                try
                {
                    Socket client = await listener.AcceptAsync(cancellation).ConfigureAwait(false);
                    taken = true;
                    _work.Start(() => ServeAsync(client, slots, cancellation));
                }
                catch (SocketException)
                {
                    // A client that is gone already, or no descriptors left: not the end.
                    await Task.Delay(s_rest, time, cancellation).ConfigureAwait(false);
                }
                finally
                {
                    if (!taken)
                    {
                        slots.Release();
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            await _work.WhenDoneAsync().ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(Socket client, SemaphoreSlim slots, CancellationToken cancellation)
    {
        try
        {
            using var conversation = new TcpConversation(client, responder, options, time);
            await conversation.RunAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }
}

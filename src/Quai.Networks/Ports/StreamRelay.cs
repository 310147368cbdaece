using System.Net;
using System.Net.Sockets;

namespace Quai.Networks.Ports;

/// <summary>Relays connections from a listening socket to a target, each way until that way is closed.</summary>
internal sealed class StreamRelay : IPortRelay
{
    private const int BufferSize = 32 * 1024;

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private volatile IPEndPoint _target;

    /// <param name="listener">From now on the relay's.</param>
    /// <param name="target">Where connections are relayed to.</param>
    public StreamRelay(Socket listener, IPEndPoint target)
    {
        _listener = listener;
        _target = target;
        _ = AcceptAsync(_stop.Token);
    }

    /// <inheritdoc/>
    public void Lead(IPEndPoint target) => _target = target;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken stop)
    {
        byte[] buffer = new byte[BufferSize];
        int length;
        while ((length = await from.ReceiveAsync(buffer, SocketFlags.None, stop).ConfigureAwait(false)) > 0)
        {
            for (int sent = 0; sent < length;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None, stop).ConfigureAwait(false);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private async Task AcceptAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _ = RelayAsync(await _listener.AcceptAsync(stop).ConfigureAwait(false), stop);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client is gone already, or there are no descriptors just now.
                await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task RelayAsync(Socket client, CancellationToken stop)
    {
        IPEndPoint target = _target;
        using (client)
        using (var server = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await server.ConnectAsync(target, stop).ConfigureAwait(false);
                client.NoDelay = server.NoDelay = true;
                using var broken = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAll(OneWayAsync(client, server, broken), OneWayAsync(server, client, broken)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Neither side hears more than that the connection is closed.
            }
        }
    }

    private static async Task OneWayAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        try
        {
            await CopyAsync(from, to, broken.Token).ConfigureAwait(false);
        }
        catch
        {
            // A way that breaks takes the other along.
            await broken.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}

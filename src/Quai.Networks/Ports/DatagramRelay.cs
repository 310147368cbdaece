using System.Net;
using System.Net.Sockets;

namespace Quai.Networks.Ports;

/// <summary>Relays datagrams to a target, and the answers back. A client that says nothing for a while, and is told nothing, is forgotten.</summary>
internal sealed class DatagramRelay : IPortRelay
{
    private const int LargestDatagram = 65535, MostClients = 1024;

    // As long as the kernel remembers a flow of UDP that went both ways.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(120);

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<EndPoint, Client> _clients = [];
    private readonly Socket _socket;
    private IPEndPoint _target;

    /// <param name="socket">Where clients send to; from now on the relay's.</param>
    /// <param name="target">Where it is relayed to.</param>
    public DatagramRelay(Socket socket, IPEndPoint target)
    {
        _socket = socket;
        _target = target;
        _ = ReceiveAsync(_stop.Token);
    }

    /// <inheritdoc/>
    public void Lead(IPEndPoint target)
    {
        lock (_clients)
        {
            _target = target;
            Forget();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
        lock (_clients)
        {
            Forget();
        }
    }

    private void Forget()
    {
        foreach (Client client in _clients.Values)
        {
            client.Socket.Dispose();
        }

        _clients.Clear();
    }

    private async Task ReceiveAsync(CancellationToken stop)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(LargestDatagram);
        var anybody = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, anybody, stop).ConfigureAwait(false);
                if (Of(got.RemoteEndPoint, stop) is { } client)
                {
                    await client.Socket.SendAsync(buffer.AsMemory(0, got.ReceivedBytes), stop).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The container refuses, or the client is gone: a datagram may be lost.
            }
        }
    }

    private Client? Of(EndPoint from, CancellationToken stop)
    {
        lock (_clients)
        {
            if (_clients.TryGetValue(from, out Client? known))
            {
                known.LastSeen = Environment.TickCount64;
                return known;
            }

            if (_clients.Count >= MostClients || stop.IsCancellationRequested)
            {
                return null;
            }

            var socket = new Socket(_target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Connect(_target);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            var client = new Client(socket) { LastSeen = Environment.TickCount64 };
            _clients.Add(from, client);
            _ = AnswerAsync(from, client, stop);
            return client;
        }
    }

    private async Task AnswerAsync(EndPoint to, Client client, CancellationToken stop)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(LargestDatagram);
        try
        {
            while (true)
            {
                using var idle = CancellationTokenSource.CreateLinkedTokenSource(stop);
                idle.CancelAfter(s_idle);
                try
                {
                    int length = await client.Socket.ReceiveAsync(buffer, idle.Token).ConfigureAwait(false);
                    client.LastSeen = Environment.TickCount64;
                    await _socket.SendToAsync(buffer.AsMemory(0, length), to, stop).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!stop.IsCancellationRequested)
                {
                    if (Environment.TickCount64 - client.LastSeen >= s_idle.TotalMilliseconds)
                    {
                        return;
                    }
                }
                catch (SocketException)
                {
                    // Refused by the container just now.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The relay ends.
        }
        finally
        {
            lock (_clients)
            {
                if (_clients.GetValueOrDefault(to) == client)
                {
                    _clients.Remove(to);
                }
            }

            client.Socket.Dispose();
        }
    }

    private sealed class Client(Socket socket)
    {
        private long _lastSeen;

        public Socket Socket => socket;

        public long LastSeen
        {
            get => Interlocked.Read(ref _lastSeen);
            set => Interlocked.Exchange(ref _lastSeen, value);
        }
    }
}

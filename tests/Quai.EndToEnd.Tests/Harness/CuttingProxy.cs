using System.Net;
using System.Net.Sockets;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>A proxy in front of a server on loopback that passes everything on, and on request cuts connections after a given number of body bytes.</summary>
public sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private int _cuts;

    /// <summary>Starts one before <paramref name="address"/> (<c>host:port</c>).</summary>
    public CuttingProxy(string address)
    {
        _server = IPEndPoint.Parse(address);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>How many connections are cut yet.</summary>
    public int CutsLeft
    {
        get => Volatile.Read(ref _cuts);
        set => Volatile.Write(ref _cuts, value);
    }

    /// <summary>Bytes that a client may send on a connection before it is cut.</summary>
    public long CutAfterSent { get; set; } = long.MaxValue;

    /// <inheritdoc/>
    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = PassAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(_server);
                await Task.WhenAny(SendAsync(client.GetStream(), server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Either side went away.
            }
        }
    }

    private async Task SendAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[16384];
        long sent = 0;
        int count;
        while ((count = await from.ReadAsync(buffer)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, count));
            sent += count;
            if (sent > CutAfterSent && Interlocked.Decrement(ref _cuts) >= 0)
            {
                return;
            }
        }
    }
}

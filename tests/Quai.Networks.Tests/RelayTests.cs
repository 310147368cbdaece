using System.Net;
using System.Net.Sockets;
using System.Text;
using Quai.Networks.Ports;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>What the daemon relays itself, from [::1] to 127.0.0.1.</summary>
public sealed class RelayTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_connection_is_relayed_both_ways_until_each_way_is_closed()
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        Socket listener = Bound(SocketType.Stream, ProtocolType.Tcp);
        listener.Listen();
        using var relay = new StreamRelay(listener, (IPEndPoint)target.LocalEndpoint);
        using var client = new TcpClient(AddressFamily.InterNetworkV6);
        await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!).WaitAsync(s_patience);
        using TcpClient server = await target.AcceptTcpClientAsync().WaitAsync(s_patience);
        byte[] question = [.. Enumerable.Range(0, 300_000).Select(i => (byte)i)];
        NetworkStream back = client.GetStream();
        Task asking = back.WriteAsync(question).AsTask().ContinueWith(_ => client.Client.Shutdown(SocketShutdown.Send), TaskScheduler.Default);
        Assert.Equal(question, await ReadAsync(server.Client));
        await asking;

        // What the client has closed is its own way alone.
        await server.Client.SendAsync(Encoding.ASCII.GetBytes("answer"));
        server.Close();
        byte[] answer = new byte[6];
        await back.ReadExactlyAsync(answer).AsTask().WaitAsync(s_patience);
        Assert.Equal("answer", Encoding.ASCII.GetString(answer));
        Assert.Equal(0, await back.ReadAsync(answer).AsTask().WaitAsync(s_patience));
    }

    [Fact]
    public async Task Where_nobody_listens_the_client_is_told_and_the_next_is_served()
    {
        int port = FreePort();
        Socket listener = Bound(SocketType.Stream, ProtocolType.Tcp);
        listener.Listen();
        using var relay = new StreamRelay(listener, new IPEndPoint(IPAddress.Loopback, port));
        using (var refused = new TcpClient(AddressFamily.InterNetworkV6))
        {
            await refused.ConnectAsync((IPEndPoint)listener.LocalEndPoint!).WaitAsync(s_patience);
            Assert.Empty(await ReadAsync(refused.Client));
        }

        using var target = new TcpListener(IPAddress.Loopback, port);
        target.Start();
        using var client = new TcpClient(AddressFamily.InterNetworkV6);
        await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!).WaitAsync(s_patience);
        using TcpClient server = await target.AcceptTcpClientAsync().WaitAsync(s_patience);
        relay.Dispose();
        Assert.Empty(await ReadAsync(client.Client));
    }

    [Fact]
    public async Task Datagrams_are_answered_to_whom_they_came_from()
    {
        using var target = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Socket socket = Bound(SocketType.Dgram, ProtocolType.Udp);
        using var relay = new DatagramRelay(socket, (IPEndPoint)target.Client.LocalEndPoint!);
        using var one = new UdpClient(AddressFamily.InterNetworkV6);
        using var two = new UdpClient(AddressFamily.InterNetworkV6);
        one.Connect((IPEndPoint)socket.LocalEndPoint!);
        two.Connect((IPEndPoint)socket.LocalEndPoint!);
        for (int round = 0; round < 3; round++)
        {
            foreach ((UdpClient client, string word) in (IEnumerable<(UdpClient, string)>)[(one, "one"), (two, "two")])
            {
                await client.SendAsync(Encoding.ASCII.GetBytes(word));
                UdpReceiveResult got = await target.ReceiveAsync().WaitAsync(s_patience);
                Assert.Equal(word, Encoding.ASCII.GetString(got.Buffer));
                await target.SendAsync(Encoding.ASCII.GetBytes(word + " too"), got.RemoteEndPoint);
                Assert.Equal(word + " too", Encoding.ASCII.GetString((await client.ReceiveAsync().WaitAsync(s_patience)).Buffer));
            }
        }
    }

    private static Socket Bound(SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, type, protocol);
        socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        return socket;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<byte[]> ReadAsync(Socket from)
    {
        var all = new MemoryStream();
        try
        {
            await new NetworkStream(from).CopyToAsync(all).WaitAsync(s_patience);
        }
        catch (IOException)
        {
            // A connection that is broken off has said all it did.
        }

        return all.ToArray();
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Networks.Dns;
using Quai.Networks.Dns.Forwarding;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Dns.Names;

namespace Quai.Networks.Tests.Dns;

/// <summary>A DNS server on the loopback, and clients of it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>After so long a test has failed, however busy the machine is.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _end = new();
    private readonly Socket _udp, _tcp;
    private readonly bool _own;

    public TestServer(LookupScope scope, DnsServerOptions? options = null, TimeProvider? time = null, UpstreamConnector? connect = null, TestServer? before = null)
    {
        Source = new TestScopes.Source(scope);
        _own = before is null;
        _udp = before?._udp ?? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _tcp = before?._tcp ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (_own)
        {
            _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _tcp.Listen();
        }

        // Time of its own, so that no busy machine makes a server late; tests of lateness let it pass.
        Running = new DnsServer(_udp, _tcp, Source, connect ?? ConnectAsync, options ?? new DnsServerOptions(), time ?? new ManualTime(), NullLogger.Instance).RunAsync(_end.Token);
    }

    /// <summary>What the client may be told.</summary>
    public TestScopes.Source Source { get; }

    /// <summary>Ends when the server has.</summary>
    public Task Running { get; }

    /// <summary>As <see cref="UpstreamConnector"/> has it.</summary>
    public static async ValueTask<Socket> ConnectAsync(UpstreamServer server, ProtocolType protocol, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
        try
        {
            await socket.ConnectAsync(server.Address, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A client by UDP.</summary>
    public Socket Client()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(_udp.LocalEndPoint!);
        return socket;
    }

    /// <summary>A client by TCP.</summary>
    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_tcp.LocalEndPoint!);
        return socket;
    }

    /// <summary>Asks by UDP.</summary>
    public async Task<ReadMessage> AskAsync(byte[] message)
    {
        using Socket client = Client();
        await client.SendAsync(message);
        return await ReceiveAsync(client);
    }

    /// <summary>Asks by TCP.</summary>
    public async Task<ReadMessage> AskByTcpAsync(byte[] message)
    {
        using Socket client = await ConnectAsync();
        await SendByTcpAsync(client, message);
        return (await ReceiveByTcpAsync(client))!;
    }

    public static async Task<ReadMessage> ReceiveAsync(Socket client)
    {
        byte[] room = new byte[65536];
        int length = await client.ReceiveAsync(room).WaitAsync(Patience);
        return new ReadMessage(room.AsSpan(0, length));
    }

    public static async Task SendByTcpAsync(Socket client, params byte[][] messages) =>
        await client.SendAsync((byte[])[.. messages.SelectMany(m => (byte[])[(byte)(m.Length >> 8), (byte)m.Length, .. m])]);

    /// <summary>The next answer; null where the server has ended the connection.</summary>
    public static async Task<ReadMessage?> ReceiveByTcpAsync(Socket client)
    {
        try
        {
            return await TcpFrames.ReceiveAsync(client, ushort.MaxValue, CancellationToken.None).AsTask().WaitAsync(Patience) is { } message ? new ReadMessage(message.Span) : null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_own)
        {
            _udp.Dispose();
            _tcp.Dispose();
        }
    }

    /// <summary>Stops serving; the sockets stay.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await Running.WaitAsync(Patience);
    }
}

using System.Net;
using System.Net.Sockets;
using Quai.Linux.Sockets;
using Xunit;

namespace Quai.Linux.Tests.Sockets;

/// <summary>Ports that are held by sockets which do not listen.</summary>
public sealed class InetSocketsTests
{
    private const int EADDRINUSE = 98, SOL_SOCKET = 1, SO_REUSEADDR = 2, Tcp = 6;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    public void A_connection_of_the_past_is_in_nobodys_way_and_whoever_comes_later_is_refused(string text)
    {
        var address = IPAddress.Parse(text);
        IPAddress place = address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        int port = InTimeWait(place);
        Assert.Equal(0, InetSockets.TryBind(Tcp, address.GetAddressBytes(), (ushort)port, out int held));
        using var holder = new Socket(new SafeSocketHandle(held, ownsHandle: true));
        Assert.Equal(EADDRINUSE, InetSockets.TryBind(Tcp, address.GetAddressBytes(), (ushort)port, out _));
        Assert.Equal(EADDRINUSE, Bind(address, port, reuse: true));
        Assert.Equal(EADDRINUSE, Bind(address, port, reuse: false));
        Assert.Equal(EADDRINUSE, Bind(place, port, reuse: true));

        // It does not listen, until it is told to.
        using var client = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => client.Connect(place, port)).SocketErrorCode);
        holder.SetRawSocketOption(SOL_SOCKET, SO_REUSEADDR, BitConverter.GetBytes(1));
        holder.Listen();
        using var other = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        other.Connect(place, port);
        Assert.Equal(EADDRINUSE, Bind(address, port, reuse: true));
    }

    [Fact]
    public void Who_listens_already_is_in_the_way()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetRawSocketOption(SOL_SOCKET, SO_REUSEADDR, BitConverter.GetBytes(1));
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Assert.Equal(EADDRINUSE, InetSockets.TryBind(Tcp, IPAddress.Any.GetAddressBytes(), (ushort)port, out _));
        Assert.Equal(EADDRINUSE, InetSockets.TryBind(Tcp, IPAddress.Loopback.GetAddressBytes(), (ushort)port, out _));
    }

    /// <summary>A port with a connection in TIME_WAIT: its server has closed first.</summary>
    private static int InTimeWait(IPAddress place)
    {
        using var listener = new TcpListener(place, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var client = new TcpClient(place.AddressFamily);
        client.Connect(place, port);
        listener.AcceptTcpClient().Close();
        _ = client.GetStream().ReadByte();
        client.Close();
        listener.Stop();
        return port;
    }

    private static int Bind(IPAddress address, int port, bool reuse)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (reuse)
        {
            socket.SetRawSocketOption(SOL_SOCKET, SO_REUSEADDR, BitConverter.GetBytes(1));
        }

        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return 0;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse ? EADDRINUSE : e.ErrorCode;
        }
    }

    [Fact]
    public void A_port_that_was_given_back_is_free_though_a_child_still_has_its_descriptor()
    {
        byte[] address = IPAddress.Loopback.GetAddressBytes();
        int port = InTimeWait(IPAddress.Loopback);
        Assert.Equal(0, InetSockets.TryBind(Tcp, address, (ushort)port, out int held));
        int child = InetSockets.TryDuplicate(held);
        InetSockets.Release(held);
        Assert.Equal(0, InetSockets.TryBind(Tcp, address, (ushort)port, out int next));
        Assert.Equal(EADDRINUSE, InetSockets.TryBind(Tcp, address, (ushort)port, out _));
        InetSockets.Release(next);
        using var holder = new Socket(new SafeSocketHandle(child, ownsHandle: true));
    }
}

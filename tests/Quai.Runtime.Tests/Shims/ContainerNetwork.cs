using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Quai.Linux;
using Quai.Linux.Netlink;

namespace Quai.Runtime.Tests.Shims;

/// <summary>A container's network as a program in it sees it.</summary>
internal static class ContainerNetwork
{
    public static readonly IPEndPoint NameServer = new(IPAddress.Parse("127.0.0.11"), 53);

    /// <summary>Runs something on a thread in the network namespace of a process; sockets that it makes stay there.</summary>
    public static T Within<T>(int pid, Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                using FileDescriptor there = NetworkNamespace.Open($"/proc/{pid}/ns/net");
                NetworkNamespace.Enter(there);
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    public static Socket Udp(int pid) => Within(pid, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

    public static Socket Tcp(int pid) => Within(pid, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    /// <summary>Takes one question by UDP, and answers it.</summary>
    public static async Task<byte[]> AnswerUdpAsync(Socket server, Func<byte[], byte[]> answer)
    {
        byte[] buffer = new byte[512];
        SocketReceiveFromResult got = await server.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0)).WaitAsync(TimeSpan.FromSeconds(10));
        await server.SendToAsync(answer(buffer[..got.ReceivedBytes]), SocketFlags.None, got.RemoteEndPoint);
        return buffer[..got.ReceivedBytes];
    }

    /// <summary>What comes by UDP, and from where.</summary>
    public static async Task<(byte[] Bytes, EndPoint From)> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[512];
        SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0)).WaitAsync(TimeSpan.FromSeconds(10));
        return (buffer[..got.ReceivedBytes], got.RemoteEndPoint);
    }

    /// <summary>A question and its answer by UDP; the answer has to come from where the question went.</summary>
    public static async Task AskUdpAsync(int pid, NameSockets server)
    {
        using Socket client = Udp(pid);
        await client.SendToAsync("question"u8.ToArray(), SocketFlags.None, NameServer);
        Assert.Equal("question"u8.ToArray(), await AnswerUdpAsync(server.Udp, _ => "answer"u8.ToArray()));
        (byte[] bytes, EndPoint from) = await ReceiveAsync(client);
        Assert.Equal("answer"u8.ToArray(), bytes);
        Assert.Equal(NameServer, from);
    }

    /// <summary>The same by TCP.</summary>
    public static async Task AskTcpAsync(int pid, NameSockets server)
    {
        using Socket client = Tcp(pid);
        await client.ConnectAsync(NameServer).WaitAsync(TimeSpan.FromSeconds(10));
        await client.SendAsync("question"u8.ToArray());
        await AnswerTcpAsync(client, server);
    }

    /// <summary>Accepts a connection that waits, and answers what it asks.</summary>
    public static async Task AnswerTcpAsync(Socket client, NameSockets server)
    {
        using Socket accepted = await server.Tcp.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(10));
        byte[] buffer = new byte[64];
        Assert.Equal(8, await accepted.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(10)));
        await accepted.SendAsync("answer"u8.ToArray());
        Assert.Equal(6, await client.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(NameServer, client.RemoteEndPoint);
    }
}

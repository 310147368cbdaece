using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Quai.Linux;
using Quai.Linux.Netlink;

namespace Quai.Networks.Tests;

/// <summary>A thread in a new network namespace; what is run on it opens its sockets there.</summary>
internal sealed class NamespaceThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public NamespaceThread()
    {
        _thread = new Thread(() =>
        {
            foreach (Action work in _work.GetConsumingEnumerable())
            {
                work();
            }
        })
        { IsBackground = true };
        _thread.Start();
        Namespace = Run(() =>
        {
            NetworkNamespace.EnterNew();
            return NetworkNamespace.OpenCurrent();
        });
    }

    public FileDescriptor Namespace { get; }

    public T Run<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        try
        {
            done.Task.Wait();
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
        }

        return done.Task.Result;
    }

    public void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    /// <summary>Waits on the thread itself, so that what goes before the first true wait stays in the namespace.</summary>
    public T Await<T>(Func<Task<T>> work) => Run(() => work().GetAwaiter().GetResult());

    public void Await(Func<Task> work) => Run(() => work().GetAwaiter().GetResult());

    /// <summary>Serves TCP connections: each gets the caller's address as text and is closed.</summary>
    public TcpListener ServeTcp(int port)
    {
        TcpListener listener = Run(() =>
        {
            var made = TcpListener.Create(port);
            made.Start();
            return made;
        });
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using Socket peer = await listener.AcceptSocketAsync();
                    await peer.SendAsync(System.Text.Encoding.ASCII.GetBytes(TextOf(((IPEndPoint)peer.RemoteEndPoint!).Address)));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        });
        return listener;
    }

    /// <summary>Connects over TCP and returns what the server sends; null when nobody answers within a second and a half, in which a lost packet is sent once more, or the connection is refused.</summary>
    public string? Call(string address, int port) => Call(address, port, TimeSpan.FromSeconds(1.5));

    /// <summary>As <see cref="Call(string, int)"/> where an answer is expected: it may take a busy machine several attempts.</summary>
    public string? Reach(string address, int port) => Call(address, port, TimeSpan.FromSeconds(10));

    private string? Call(string address, int port, TimeSpan patience) => Run(() =>
    {
        using var socket = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2 * (int)patience.TotalMilliseconds };
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // As programs do that are not .NET's: a socket that refuses IPv4 is one that somebody made so.
            socket.DualMode = true;
        }

        socket.Blocking = false;
        try
        {
            socket.Connect(IPAddress.Parse(address), port);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // Connecting goes on.
        }
        catch (SocketException)
        {
            return null;
        }

        if (!socket.Poll(patience, SelectMode.SelectWrite) || socket.Poll(0, SelectMode.SelectError))
        {
            return null;
        }

        socket.Blocking = true;
        byte[] buffer = new byte[64];
        try
        {
            int length = socket.Receive(buffer);
            return System.Text.Encoding.ASCII.GetString(buffer, 0, length);
        }
        catch (SocketException)
        {
            return null;
        }
    });

    private static string TextOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        Namespace.Dispose();
        _work.Dispose();
    }
}

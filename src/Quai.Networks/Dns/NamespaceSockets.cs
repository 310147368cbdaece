using System.Net.Sockets;
using Quai.Linux;
using Quai.Linux.Netlink;

namespace Quai.Networks.Dns;

/// <summary>Opens sockets in other network namespaces: a socket belongs to that of the thread that opens it, whoever uses it later.</summary>
internal static class NamespaceSockets
{
    private const int StackSize = 128 << 10;

    /// <summary>Opens one, on a thread that enters the namespace and ends.</summary>
    /// <exception cref="SocketException">It cannot be opened.</exception>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    public static Task<Socket> OpenAsync(FileDescriptor place, AddressFamily family, SocketType type, ProtocolType protocol)
    {
        var opened = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    NetworkNamespace.Enter(place);
                    opened.SetResult(new Socket(family, type, protocol));
                }
                catch (Exception e) when (e is LinuxException or SocketException or ObjectDisposedException)
                {
                    opened.SetException(e);
                }
            },
            StackSize)
        { IsBackground = true, Name = "namespace" };
        thread.Start();
        return opened.Task;
    }
}

using System.Net.Sockets;
using System.Runtime.InteropServices;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Nftables;

/// <summary>
/// Reports changes of the firewall by other processes, in the network namespace of the thread that created it.
/// <code>
/// using NftWatch watch = NftWatch.Open();
/// while (await watch.NextAsync(cancellation)) { … }
/// </code>
/// </summary>
public sealed class NftWatch : IDisposable
{
    private const int NFNLGRP_NFTABLES = 7, HeaderLength = 4;
    private const ushort NFNL_SUBSYS_NFTABLES = 10, NFT_MSG_NEWGEN = 15, NFTA_GEN_PROC_PID = 2;

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private NftWatch(Socket socket) => _socket = socket;

    /// <summary>Starts listening.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static NftWatch Open()
    {
        int number = NetlinkSocket.OpenListening(NETLINK_NETFILTER, NFNLGRP_NFTABLES);
        return new NftWatch(new Socket(new SafeSocketHandle(number, ownsHandle: true)));
    }

    /// <summary>Waits for a change by another process; several at once may be reported as one.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                int length = await _socket.ReceiveAsync(_buffer, cancellation).ConfigureAwait(false);
                if (IsForeign(_buffer.AsSpan(0, length)))
                {
                    return;
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.NoBufferSpaceAvailable)
            {
                // More happened than the kernel queued: assume anything changed.
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <summary>Each transaction ends with a message that names the thread that made it.</summary>
    private static bool IsForeign(ReadOnlySpan<byte> messages)
    {
        while (messages.Length >= NLMSG_HDRLEN && MemoryMarshal.Read<int>(messages) is var length && length >= NLMSG_HDRLEN + HeaderLength && length <= messages.Length)
        {
            if (MemoryMarshal.Read<ushort>(messages[4..]) == ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWGEN))
            {
                var attributes = new NetlinkAttributes(messages[(NLMSG_HDRLEN + HeaderLength)..length]);
                while (attributes.Next())
                {
                    if (attributes.Type == NFTA_GEN_PROC_PID && !Directory.Exists($"/proc/self/task/{attributes.U32BigEndian}"))
                    {
                        return true;
                    }
                }
            }

            messages = messages[Math.Min((length + 3) & ~3, messages.Length)..];
        }

        return false;
    }
}

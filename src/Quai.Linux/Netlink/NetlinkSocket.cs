using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <summary>One message of a dump.</summary>
/// <param name="type">Its nlmsg_type.</param>
/// <param name="payload">What follows the nlmsghdr; valid during the call only.</param>
public delegate void NetlinkMessageHandler(ushort type, ReadOnlySpan<byte> payload);

/// <summary>
/// A netlink socket of the network namespace of the thread that opened it, whichever thread uses it later.
/// The kernel handles a request inside <c>send</c>, so a round trip takes microseconds and is synchronous.
/// Safe for concurrent use: one round trip comes after the other.
/// </summary>
public sealed partial class NetlinkSocket : IDisposable
{
    private const int AF_NETLINK = 16, SOCK_RAW = 3, SOCK_CLOEXEC = 0x80000, SOCK_NONBLOCK = 0x800;
    private const int SOL_SOCKET = 1, SO_SNDBUFFORCE = 32, SO_RCVBUFFORCE = 33, SOL_NETLINK = 270, NETLINK_ADD_MEMBERSHIP = 1, NETLINK_CAP_ACK = 10, NETLINK_EXT_ACK = 11;
    private const int MSG_DONTWAIT = 0x40, NLMSGERR_ATTR_MSG = 1;
    private const int ReceiveBytes = 64 * 1024;

    private readonly FileDescriptor _socket;
    private readonly Lock _lock = new();
    private uint _sequence;
    private int _sendBuffer = 128 * 1024;

    private NetlinkSocket(FileDescriptor socket) => _socket = socket;

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER.</param>
    public static NetlinkSocket Open(int protocol)
    {
        FileDescriptor socket = Socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        if (socket.IsInvalid)
        {
            throw LinuxException.FromLastError("socket", "AF_NETLINK");
        }

        // Acknowledgements carry the kernel's explanation of an error, and do not repeat the request.
        int on = 1;
        _ = SetOption(socket, SOL_NETLINK, NETLINK_CAP_ACK, in on, sizeof(int));
        _ = SetOption(socket, SOL_NETLINK, NETLINK_EXT_ACK, in on, sizeof(int));
        return new NetlinkSocket(socket);
    }

    /// <summary>Opens a socket that receives the kernel's messages to a multicast group, in the calling thread's network namespace. Owned by the caller.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static int OpenListening(int protocol, int group)
    {
        FileDescriptor socket = Socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
        if (socket.IsInvalid)
        {
            throw LinuxException.FromLastError("socket", "AF_NETLINK");
        }

        // A socket without an address receives nothing: it would be taken for the kernel, which is the sender.
        var address = new NetlinkAddress { Family = AF_NETLINK };
        if (Bind(socket, in address, Marshal.SizeOf<NetlinkAddress>()) != 0 || SetOption(socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, in group, sizeof(int)) != 0)
        {
            LinuxException error = LinuxException.FromLastError("bind", $"netlink group {group}");
            socket.Dispose();
            throw error;
        }

        return socket.Detach();
    }

    /// <summary>Sends one request that has NLM_F_ACK and awaits its acknowledgement.</summary>
    /// <param name="message">The whole message; its sequence number is written here.</param>
    /// <param name="what">What it does, for the error: <c>create bridge quai0</c>.</param>
    /// <exception cref="LinuxException">The kernel refused; the message includes its explanation if it gave one.</exception>
    public void Request(Span<byte> message, string what)
    {
        using Lock.Scope alone = _lock.EnterScope();
        uint sequence = ++_sequence;
        MemoryMarshal.Write(message[8..], sequence);
        Send(message, what);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReceiveBytes);
        try
        {
            while (true)
            {
                ReadOnlySpan<byte> rest = buffer.AsSpan(0, Receive(buffer, 0, what));
                while (NextMessage(ref rest, out ushort type, out ushort flags, out uint answered, out ReadOnlySpan<byte> payload))
                {
                    if (type == NLMSG_ERROR && answered == sequence)
                    {
                        ThrowIfRefused(payload, flags, what);
                        return;
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends a dump request (NLM_F_DUMP) and passes on every message of the answer.</summary>
    public void Dump(Span<byte> request, NetlinkMessageHandler handler, string what)
    {
        using Lock.Scope alone = _lock.EnterScope();
        uint sequence = ++_sequence;
        MemoryMarshal.Write(request[8..], sequence);
        Send(request, what);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReceiveBytes);
        try
        {
            while (true)
            {
                ReadOnlySpan<byte> rest = buffer.AsSpan(0, Receive(buffer, 0, what));
                while (NextMessage(ref rest, out ushort type, out ushort flags, out uint answered, out ReadOnlySpan<byte> payload))
                {
                    if (answered != sequence)
                    {
                        continue;
                    }

                    if (type is NLMSG_DONE or NLMSG_ERROR)
                    {
                        ThrowIfRefused(payload, flags, what);
                        return;
                    }

                    try
                    {
                        handler(type, payload);
                    }
                    catch (ArgumentException)
                    {
                        // The callback read beyond the end of a message or an attribute.
                        throw new LinuxException("netlink", Errno.EIO, $"{what} (an answer is too short)");
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Sends several messages in one call, as nfnetlink's batches require: all of them take effect or none.
    /// The last message before the batch's end must have NLM_F_ACK.
    /// </summary>
    /// <exception cref="LinuxException">The first refusal.</exception>
    public void Transact(Span<byte> messages, string what)
    {
        using Lock.Scope alone = _lock.EnterScope();
        uint first = _sequence + 1;
        for (int at = 0; at < messages.Length; at += (MemoryMarshal.Read<int>(messages[at..]) + 3) & ~3)
        {
            MemoryMarshal.Write(messages[(at + 8)..], ++_sequence);
        }

        if (messages.Length > _sendBuffer)
        {
            _sendBuffer = messages.Length * 2;
            _ = SetOption(_socket, SOL_SOCKET, SO_SNDBUFFORCE, in _sendBuffer, sizeof(int));
            _ = SetOption(_socket, SOL_SOCKET, SO_RCVBUFFORCE, in _sendBuffer, sizeof(int));
        }

        Send(messages, what);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReceiveBytes);
        LinuxException? refusal = null;
        bool acknowledged = false;
        try
        {
            // All answers were queued before send returned; reading until none is left keeps a late refusal from being attributed to the next transaction.
            int length;
            while ((length = Receive(buffer, MSG_DONTWAIT, what)) > 0)
            {
                ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
                while (NextMessage(ref rest, out ushort type, out ushort flags, out uint answered, out ReadOnlySpan<byte> payload))
                {
                    if (type == NLMSG_ERROR && answered >= first)
                    {
                        acknowledged = true;
                        refusal ??= Refusal(payload, flags, what);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (refusal is not null)
        {
            throw refusal;
        }

        if (!acknowledged)
        {
            throw new LinuxException("netlink", Errno.EIO, what);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static bool NextMessage(ref ReadOnlySpan<byte> rest, out ushort type, out ushort flags, out uint sequence, out ReadOnlySpan<byte> payload)
    {
        type = 0;
        flags = 0;
        sequence = 0;
        payload = default;
        if (rest.Length < NLMSG_HDRLEN)
        {
            return false;
        }

        int length = MemoryMarshal.Read<int>(rest);
        if (length < NLMSG_HDRLEN || length > rest.Length)
        {
            return false;
        }

        type = MemoryMarshal.Read<ushort>(rest[4..]);
        flags = MemoryMarshal.Read<ushort>(rest[6..]);
        sequence = MemoryMarshal.Read<uint>(rest[8..]);
        payload = rest[NLMSG_HDRLEN..length];
        rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        return true;
    }

    private static void ThrowIfRefused(ReadOnlySpan<byte> payload, ushort flags, string what)
    {
        if (Refusal(payload, flags, what) is { } refusal)
        {
            throw refusal;
        }
    }

    private static LinuxException? Refusal(ReadOnlySpan<byte> payload, ushort flags, string what)
    {
        int error = payload.Length >= 4 ? MemoryMarshal.Read<int>(payload) : 0;
        if (error >= 0)
        {
            return null;
        }

        // An error echoes the request's header (or the whole request if the kernel could not cap it), followed by the attributes that explain it.
        if ((flags & NLM_F_ACK_TLVS) != 0 && payload.Length >= 4 + NLMSG_HDRLEN)
        {
            int echoed = (flags & NLM_F_CAPPED) != 0 ? NLMSG_HDRLEN : MemoryMarshal.Read<int>(payload[4..]);
            int at = 4 + ((echoed + 3) & ~3);
            if (at <= payload.Length)
            {
                var attributes = new NetlinkAttributes(payload[at..]);
                while (attributes.Next())
                {
                    if (attributes.Type == NLMSGERR_ATTR_MSG)
                    {
                        return new LinuxException("netlink", -error, $"{what} ({Encoding.UTF8.GetString(attributes.Value.TrimEnd((byte)0))})");
                    }
                }
            }
        }

        return new LinuxException("netlink", -error, what);
    }

    private void Send(ReadOnlySpan<byte> bytes, string what)
    {
        nint sent;
        do
        {
            sent = Send(_socket, bytes, bytes.Length, 0);
        }
        while (sent < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        if (sent < 0)
        {
            throw LinuxException.FromLastError("send", what);
        }
    }

    private int Receive(byte[] buffer, int flags, string what)
    {
        while (true)
        {
            nint length = Receive(_socket, buffer, buffer.Length, flags);
            if (length >= 0)
            {
                return (int)length;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN)
            {
                return 0;
            }

            if (errno != Errno.EINTR)
            {
                throw new LinuxException("recv", errno, what);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(FileDescriptor socket, in NetlinkAddress address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(FileDescriptor socket, int level, int name, in int value, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(FileDescriptor socket, ReadOnlySpan<byte> bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(FileDescriptor socket, [Out] byte[] buffer, nint length, int flags);

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NetlinkAddress
    {
        public ushort Family;
        public ushort Pad;
        public uint Port;
        public uint Groups;
    }
}

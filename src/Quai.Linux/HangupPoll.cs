using System.Runtime.InteropServices;

namespace Quai.Linux;

/// <summary>
/// An epoll set that waits only for descriptors whose peer has gone for good (<c>EPOLLHUP</c>, <c>EPOLLERR</c>),
/// not for data and not for a peer that has merely stopped sending (<c>EPOLLRDHUP</c>).
/// </summary>
public sealed partial class HangupPoll : IDisposable
{
    private const int EPOLL_CLOEXEC = 0x80000, EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2;
    private const uint EPOLLONESHOT = 1u << 30;
    private const short POLLERR = 8, POLLHUP = 16, POLLNVAL = 32;

    // struct epoll_event is packed on x86-64 alone.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataOffset + 8;

    private readonly FileDescriptor _epoll;

    /// <summary>Creates an empty set.</summary>
    public HangupPoll()
    {
        int fd = EpollCreate(EPOLL_CLOEXEC);
        _epoll = fd >= 0 ? new FileDescriptor(fd) : throw LinuxException.FromLastError("epoll_create1");
    }

    /// <summary>Whether the peer of a socket has gone for good; does not wait.</summary>
    public static unsafe bool HasHungUp(int fd)
    {
        PollFd poll = new() { Fd = fd };
        return Poll(&poll, 1, 0) > 0 && (poll.Revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    }

    /// <summary>Watches a descriptor; <see cref="Wait"/> returns its <paramref name="token"/> once.</summary>
    public unsafe void Add(int fd, long token)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = EPOLLONESHOT;
        *(long*)(entry + DataOffset) = token;
        if (EpollControl(_epoll.Number, EPOLL_CTL_ADD, fd, entry) != 0)
        {
            throw LinuxException.FromLastError("epoll_ctl");
        }
    }

    /// <summary>Stops watching. An already closed descriptor is not an error: closing removed it from the set.</summary>
    public unsafe void Remove(int fd)
    {
        byte* entry = stackalloc byte[16];
        _ = EpollControl(_epoll.Number, EPOLL_CTL_DEL, fd, entry);
    }

    /// <summary>Waits for the next descriptors and returns how many tokens were written.</summary>
    public unsafe int Wait(Span<long> tokens)
    {
        const int Most = 16;
        byte* entries = stackalloc byte[16 * Most];
        while (true)
        {
            int count = EpollWait(_epoll.Number, entries, Math.Min(Most, tokens.Length), -1);
            if (count >= 0)
            {
                for (int i = 0; i < count; i++)
                {
                    tokens[i] = *(long*)(entries + (i * EventSize) + DataOffset);
                }

                return count;
            }

            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw LinuxException.FromLastError("epoll_wait");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static unsafe partial int EpollControl(int epoll, int operation, int fd, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static unsafe partial int EpollWait(int epoll, byte* entries, int most, int timeout);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollFd* entries, nuint count, int timeout);

    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }
}

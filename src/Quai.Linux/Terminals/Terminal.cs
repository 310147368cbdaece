using System.Runtime.InteropServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Terminals;

/// <summary>Operations on the terminal that a client was started on: raw mode and back, its size, plain reads and writes.</summary>
public static unsafe partial class Terminal
{
    private const nuint TIOCGWINSZ = 0x5413;
    private const int TCSANOW = 0;

    /// <summary>Whether a descriptor is a terminal.</summary>
    public static bool IsTerminal(int fd) => isatty(fd) == 1;

    /// <summary>
    /// Whether a descriptor was given to this program by whoever started it. Where it was closed then, what stands there is the runtime's own: that is closed when a program is executed, and what is given to one never is.
    /// </summary>
    public static bool IsGiven(int fd)
    {
        const int F_GETFD = 1, FD_CLOEXEC = 1;
        long flags = SystemCall.Quick(SystemCallNumber.Fcntl, fd, F_GETFD);
        return flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }

    /// <summary>The size of the terminal behind a descriptor; zeros if it has none.</summary>
    public static (ushort Rows, ushort Columns) GetSize(int fd)
    {
        ushort* size = stackalloc ushort[4];
        return ioctl(fd, TIOCGWINSZ, size) == 0 ? (size[0], size[1]) : default;
    }

    /// <summary>Puts a terminal into raw mode: every key goes to the reader at once, nothing is echoed or turned into a signal.</summary>
    /// <param name="fd">The terminal.</param>
    /// <param name="keepOutput">Leave output processing alone, so that a line feed still returns the carriage.</param>
    /// <returns>The mode to pass to <see cref="Restore"/>.</returns>
    /// <exception cref="LinuxException">The descriptor is not a terminal.</exception>
    public static byte[] MakeRaw(int fd, bool keepOutput = false)
    {
        // struct termios is 60 bytes in both glibc and musl; its second word is c_oflag.
        byte[] saved = new byte[64];
        byte[] raw = new byte[64];
        fixed (byte* before = saved, after = raw)
        {
            if (tcgetattr(fd, before) != 0)
            {
                throw LinuxException.FromLastError("tcgetattr");
            }

            saved.CopyTo(raw, 0);
            cfmakeraw(after);
            if (keepOutput)
            {
                saved.AsSpan(4, 4).CopyTo(raw.AsSpan(4));
            }

            if (tcsetattr(fd, TCSANOW, after) != 0)
            {
                throw LinuxException.FromLastError("tcsetattr");
            }
        }

        return saved;
    }

    /// <summary>Restores the terminal mode that <see cref="MakeRaw"/> returned. A terminal that is gone is ignored.</summary>
    public static void Restore(int fd, byte[] mode)
    {
        fixed (byte* saved = mode)
        {
            _ = tcsetattr(fd, TCSANOW, saved);
        }
    }

    /// <summary>Reads what is available, waiting for at least one byte.</summary>
    /// <returns>The number of bytes; 0 at the end of the input.</returns>
    /// <exception cref="LinuxException">The read failed.</exception>
    public static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = read(fd, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.EAGAIN)
                {
                    // Another process that shares the descriptor made it non-blocking.
                    WaitFor(fd, POLLIN);
                }
                else if (errno != Errno.EINTR)
                {
                    throw new LinuxException("read", errno);
                }
            }
        }
    }

    /// <summary>Writes all of <paramref name="data"/>.</summary>
    /// <exception cref="LinuxException">The write failed; if the reader is gone, with <c>EPIPE</c>.</exception>
    public static void Write(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            int done = 0;
            while (done < data.Length)
            {
                nint count = write(fd, start + done, (nuint)(data.Length - done));
                if (count >= 0)
                {
                    done += (int)count;
                    continue;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.EAGAIN)
                {
                    WaitFor(fd, POLLOUT);
                }
                else if (errno != Errno.EINTR)
                {
                    throw new LinuxException("write", errno);
                }
            }
        }
    }

    private const short POLLIN = 1;
    private const short POLLOUT = 4;

    private static void WaitFor(int fd, short events)
    {
        PollEntry entry = new() { Fd = fd, Events = events };
        _ = poll(&entry, 1, -1);
    }

    private struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc")]
    private static partial int isatty(int fd);

    [LibraryImport("libc")]
    private static partial int ioctl(int fd, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(int fd, byte* mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(int fd, int when, byte* mode);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(byte* mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int poll(PollEntry* entries, nuint count, int timeout);
}

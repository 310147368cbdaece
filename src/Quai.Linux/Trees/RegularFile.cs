using System.Runtime.InteropServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Trees;

/// <summary>Opens regular files that a hostile party may have chosen, without ever blocking.</summary>
internal static unsafe partial class RegularFile
{
    private const int O_NONBLOCK = 0x800;
    private const int LeasePatience = 2000, LeasePause = 10;

    /// <summary>
    /// Opens what an <c>O_PATH</c> descriptor names for reading; it must be a regular file. A holder of a lease on it is given two seconds to
    /// release it, instead of the kernel's 45.
    /// </summary>
    /// <param name="path">The descriptor.</param>
    /// <param name="errno">Why it could not be opened; <c>EAGAIN</c> if a lease is held.</param>
    public static FileDescriptor? TryReopen(int path, out int errno)
    {
        Span<byte> text = stackalloc byte[32];
        text.Clear();
        "/proc/self/fd/"u8.CopyTo(text);
        path.TryFormat(text["/proc/self/fd/".Length..], out _);
        long deadline = Environment.TickCount64 + LeasePatience;
        fixed (byte* p = text)
        {
            while (true)
            {
                long fd = SystemCall.Waiting(SystemCallNumber.Openat, FileCalls.AT_FDCWD, (long)p, FileCalls.O_RDONLY | FileCalls.O_CLOEXEC | O_NONBLOCK, 0);
                errno = fd < 0 ? (int)-fd : 0;
                if (fd >= 0)
                {
                    return new FileDescriptor((int)fd);
                }

                if (errno != Errno.EINTR && (errno != Errno.EAGAIN || Environment.TickCount64 >= deadline))
                {
                    return null;
                }

                Thread.Sleep(errno == Errno.EAGAIN ? LeasePause : 0);
            }
        }
    }

    /// <summary>
    /// Whether a file is on a file system that the kernel generates (procfs, sysfs, tracefs, …): what is read there may belong to the host,
    /// be gone for others once read, or never arrive.
    /// </summary>
    public static bool IsOfTheKernel(int fd)
    {
        // struct statfs is 120 bytes on both processors; its first word is the type.
        long* buffer = stackalloc long[32];
        return FStatFs(fd, buffer) == 0
            ? buffer[0] is 0x9fa0 or 0x62656572 or 0x64626720 or 0x74726163 or 0x73636673 or 0x27e0eb or 0x63677270 or 0xcafe4a11 or 0xde5e81e4 or 0x6165676c or 0x62656570 or 0x19800202 or 0x1cd1 or 0x6e736673
            : throw LinuxException.FromLastError("fstatfs");
    }

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int FStatFs(int fd, long* buffer);
}

using System.Runtime.InteropServices;
using System.Text;

namespace Quai.Linux;

/// <summary><c>openat2(2)</c>: opens a path and lets the kernel refuse one that leaves the directory it starts from.</summary>
public static unsafe partial class Openat2
{
#pragma warning disable CS1591 // named by openat2(2)
    public const ulong RESOLVE_NO_XDEV = 1, RESOLVE_NO_MAGICLINKS = 2, RESOLVE_NO_SYMLINKS = 4, RESOLVE_BENEATH = 8, RESOLVE_IN_ROOT = 16;
#pragma warning restore CS1591

    private const long SYS_openat2 = 437;

    /// <summary>Opens a path and returns its descriptor, or a negative error number.</summary>
    /// <param name="directory">Where the path starts.</param>
    /// <param name="path">The path, NUL-terminated.</param>
    /// <param name="flags"><c>O_…</c> of <see cref="FileCalls"/>.</param>
    /// <param name="mode">Permissions of a created file; 0 otherwise.</param>
    /// <param name="resolve"><c>RESOLVE_…</c>.</param>
    public static int TryOpen(int directory, byte* path, int flags, uint mode, ulong resolve)
    {
        OpenHow how = new() { Flags = (uint)flags, Mode = mode, Resolve = resolve };
        int fd;
        int errno = 0;
        do
        {
            fd = (int)Syscall(SYS_openat2, directory, path, &how, (nuint)sizeof(OpenHow));
            errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (errno is Errno.EINTR or Errno.EAGAIN);
        return fd < 0 ? -errno : fd;
    }

    /// <summary>Opens a path.</summary>
    /// <exception cref="LinuxException">With errno <c>EXDEV</c> if the path leads out of the directory and <paramref name="resolve"/> forbids it.</exception>
    public static FileDescriptor Open(int directory, string path, int flags, uint mode, ulong resolve)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(path.Length) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        fixed (byte* p = bytes)
        {
            int fd = TryOpen(directory, p, flags, mode, resolve);
            return fd >= 0 ? new FileDescriptor(fd) : throw new LinuxException("openat2", -fd, path);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, long directory, byte* path, OpenHow* how, nuint size);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Quai.Linux.Trees;

/// <summary>Opens files beneath a directory as if it were the root: no link and no <c>..</c> leads out (openat2's RESOLVE_IN_ROOT).</summary>
public static unsafe partial class RootedFiles
{
    private const int ReadOnly = 0, CloseOnExec = 0x80000, AtCurrentDirectory = -100;
    private const long OpenAt2 = 437;
    private const ulong ResolveNoMagicLinks = 0x02, ResolveInRoot = 0x10;

    private static readonly int s_directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>Opens a directory of this process's own file system.</summary>
    public static FileDescriptor OpenDirectory(string path)
    {
        int fd = OpenCall(AtCurrentDirectory, path, ReadOnly | CloseOnExec | s_directory, 0);
        return fd < 0 ? throw LinuxException.FromLastError("open", path) : new FileDescriptor(fd);
    }

    /// <summary>Opens for reading; null when it does not exist there.</summary>
    /// <param name="root">The directory that counts as <c>/</c>.</param>
    /// <param name="path">Absolute or relative, as seen from inside.</param>
    /// <param name="directory">Whether only a directory will do.</param>
    /// <exception cref="LinuxException">Anything but absence.</exception>
    public static FileDescriptor? TryOpen(FileDescriptor root, string path, bool directory = false)
    {
        OpenHow how = new() { Flags = (ulong)(uint)(ReadOnly | CloseOnExec | 0x800 | (directory ? s_directory : 0)), Resolve = ResolveInRoot | ResolveNoMagicLinks };
        byte[] bytes = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* name = bytes)
        {
            while (true)
            {
                long fd = SystemCall(OpenAt2, root.Number, name, &how, (nuint)sizeof(OpenHow));
                if (fd >= 0)
                {
                    return new FileDescriptor((int)fd);
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case Errno.ENOENT or Errno.ENOTDIR:
                        return null;
                    case Errno.EAGAIN or Errno.EINTR:
                        // A rename elsewhere on the machine raced with the walk; the kernel asks to try again.
                        continue;
                    default:
                        throw LinuxException.FromLastError("openat2", path);
                }
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(int directory, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long directory, byte* path, OpenHow* how, nuint size);
}

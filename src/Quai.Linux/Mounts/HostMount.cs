using System.Runtime.InteropServices;
using Quai.Linux.Kernel;

namespace Quai.Linux.Mounts;

/// <summary>mount(2) and umount2(2) as this process sees the file system.</summary>
public static partial class HostMount
{
#pragma warning disable CS1591 // named by mount(2)
    public const ulong MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_SYNCHRONOUS = 16, MS_REMOUNT = 32, MS_DIRSYNC = 128,
        MS_MANDLOCK = 64,
        MS_NOATIME = 1024, MS_NODIRATIME = 2048, MS_BIND = 4096, MS_REC = 16384, MS_UNBINDABLE = 1 << 17, MS_PRIVATE = 1 << 18, MS_SLAVE = 1 << 19, MS_SHARED = 1 << 20,
        MS_RELATIME = 1 << 21, MS_STRICTATIME = 1 << 24;

    public const int MNT_DETACH = 2;
#pragma warning restore CS1591

    /// <summary>Mounts.</summary>
    /// <exception cref="LinuxException">The kernel's refusal, naming the target.</exception>
    public static void Mount(string? source, string target, string? type, ulong flags, string? data)
    {
        if (MountCall(source, target, type, flags, data) != 0)
        {
            throw LinuxException.FromLastError("mount", target);
        }
    }

    /// <summary>
    /// Has nothing that is mounted in this thread's mount namespace, which must be its own, appear in any other. Where its root is a directory and no mount (in a chroot), that is done
    /// from the top of the namespace, and the thread comes back.
    /// </summary>
    /// <exception cref="LinuxException">The kernel's refusal.</exception>
    public static unsafe void PartFromOthers()
    {
        if (MountCall(null, "/", null, MS_REC | MS_PRIVATE, null) == 0)
        {
            return;
        }

        if (Marshal.GetLastPInvokeError() != Errno.EINVAL)
        {
            throw LinuxException.FromLastError("mount", "/");
        }

        ReadOnlySpan<byte> here = ".\0"u8, top = "/\0"u8, own = "/proc/thread-self/ns/mnt\0"u8;
        fixed (byte* h = here, t = top, o = own)
        {
            using FileDescriptor root = new((int)Check(SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)t, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC, 0), "open", "/"));
            using FileDescriptor mounts = new((int)Check(SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)o, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0), "open", "/proc/thread-self/ns/mnt"));
            Check(SystemCall.Quick(SystemCallNumber.Setns, mounts.Number, (long)CloneFlags.CLONE_NEWNS), "setns", "mnt");
            Mount(null, "/", null, MS_REC | MS_PRIVATE, null);
            Check(SystemCall.Quick(SystemCallNumber.Fchdir, root.Number), "fchdir", "/");
            Check(SystemCall.Quick(SystemCallNumber.Chroot, (long)h), "chroot", ".");
        }
    }

    private static long Check(long result, string call, string path) => result < 0 ? throw new LinuxException(call, (int)-result, path) : result;

    /// <summary>Unmounts; does nothing if <paramref name="target"/> is not a mount point or does not exist.</summary>
    public static void Unmount(string target, int flags = MNT_DETACH)
    {
        if (UnmountCall(target, flags) != 0 && Marshal.GetLastPInvokeError() is not (Errno.EINVAL or Errno.ENOENT))
        {
            throw LinuxException.FromLastError("umount", target);
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MountCall(string? source, string target, string? type, ulong flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnmountCall(string target, int flags);
}

using System.Runtime.InteropServices;

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

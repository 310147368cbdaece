using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux;

/// <summary>Mounts that are in no namespace: they live as long as their descriptor.</summary>
public static unsafe class DetachedMounts
{
    /// <summary>
    /// Opens a file through a separate read-only mount. A program executed through it can never be opened for writing via
    /// proc/PID/exe, not even by a privileged container, though the underlying file in memory stays the same.
    /// </summary>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public static FileDescriptor OpenReadOnly(string path)
    {
        byte[] text = Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* p = text)
        {
            byte empty = 0;
            long tree = SystemCall.Quick(SystemCallNumber.OpenTree, OpenFlags.AT_FDCWD, (long)p, MountFlags.OPEN_TREE_CLONE | MountFlags.OPEN_TREE_CLOEXEC);
            if (tree < 0)
            {
                throw new LinuxException("open_tree", (int)-tree, path);
            }

            ulong* attributes = stackalloc ulong[4];
            attributes[0] = MountFlags.MOUNT_ATTR_RDONLY;
            attributes[1] = attributes[2] = attributes[3] = 0;
            long set = SystemCall.Quick(SystemCallNumber.MountSetattr, tree, (long)&empty, OpenFlags.AT_EMPTY_PATH, (long)attributes, 32);
            if (set < 0)
            {
                SystemCall.Quick(SystemCallNumber.Close, tree);
                throw new LinuxException("mount_setattr", (int)-set, path);
            }

            // Above all numbers that spawned programs are given.
            long high = SystemCall.Quick(SystemCallNumber.Fcntl, tree, IoConstants.F_DUPFD_CLOEXEC, 64);
            SystemCall.Quick(SystemCallNumber.Close, tree);
            return high < 0 ? throw new LinuxException("fcntl", (int)-high, path) : new FileDescriptor((int)high);
        }
    }

    /// <summary>
    /// Opens a file for reading through a read-only mount that nobody owns from then on. Nothing can change the mount any more, so neither the file's content nor
    /// its mode or owner can be changed through it, whoever obtains the descriptor.
    /// </summary>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public static FileDescriptor OpenReadOnlyFile(string path)
    {
        // While the mount's own descriptor is open, anyone with CAP_SYS_ADMIN could make it writable.
        using FileDescriptor mount = OpenReadOnly(path);
        fixed (byte* name = Encoding.ASCII.GetBytes($"/proc/self/fd/{mount.Number}\0"))
        {
            long file = SystemCall.Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)name, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
            if (file < 0)
            {
                throw new LinuxException("open", (int)-file, path);
            }

            // Above all numbers that spawned programs are given.
            long high = SystemCall.Quick(SystemCallNumber.Fcntl, file, IoConstants.F_DUPFD_CLOEXEC, 64);
            SystemCall.Quick(SystemCallNumber.Close, file);
            return high < 0 ? throw new LinuxException("fcntl", (int)-high, path) : new FileDescriptor((int)high);
        }
    }
}

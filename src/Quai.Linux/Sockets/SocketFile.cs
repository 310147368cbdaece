using System.Runtime.InteropServices;

namespace Quai.Linux.Sockets;

/// <summary>The file that a unix socket was bound to.</summary>
public static partial class SocketFile
{
    /// <summary>Changes its owner to root and a group; if that is not permitted, it stays as it is.</summary>
    /// <exception cref="LinuxException">Its owner cannot be changed.</exception>
    public static void SetGroup(string path, uint group)
    {
        if (ChangeOwner(path, 0, group) != 0 && Marshal.GetLastPInvokeError() != Errno.EPERM)
        {
            throw LinuxException.FromLastError("chown", path);
        }
    }

    /// <summary>Moves it in place of another, atomically.</summary>
    /// <exception cref="LinuxException">It cannot be moved.</exception>
    public static void MoveTo(string from, string to)
    {
        if (Rename(from, to) != 0)
        {
            throw LinuxException.FromLastError("rename", to);
        }
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}

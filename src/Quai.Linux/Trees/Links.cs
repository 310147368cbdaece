using System.Runtime.InteropServices;

namespace Quai.Linux.Trees;

/// <summary>What .NET's own file calls lack: hard links, and the owner of a link itself.</summary>
public static partial class Links
{
    /// <summary>Creates another name for a file.</summary>
    /// <exception cref="LinuxException">The call failed; the path is the new name's.</exception>
    public static void CreateHard(string existing, string name)
    {
        if (link(existing, name) != 0)
        {
            throw LinuxException.FromLastError("link", name);
        }
    }

    /// <summary>Sets the owner of a file, or of a link rather than its target.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    public static void SetOwner(string path, int uid, int gid)
    {
        if (lchown(path, (uint)uid, (uint)gid) != 0)
        {
            throw LinuxException.FromLastError("lchown", path);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint uid, uint gid);
}

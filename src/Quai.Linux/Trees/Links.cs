using System.Runtime.InteropServices;

namespace Quai.Linux.Trees;

/// <summary>What .NET's own file calls leave out: hard links, and the owner of a link itself.</summary>
public static partial class Links
{
    /// <summary>Gives a file a further name.</summary>
    /// <exception cref="LinuxException">The call failed; the path is the new name's.</exception>
    public static void CreateHard(string existing, string name)
    {
        if (link(existing, name) != 0)
        {
            throw LinuxException.FromLastError("link", name);
        }
    }

    /// <summary>Sets the owner of a file, of a link rather than of what it leads to.</summary>
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

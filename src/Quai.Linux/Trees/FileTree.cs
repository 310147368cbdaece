using System.Runtime.InteropServices;
using System.Text;

namespace Quai.Linux.Trees;

/// <summary>Copies a directory's content whole: owners, modes, times, links, hard links, nodes and extended attributes.</summary>
public static unsafe partial class FileTree
{
    /// <summary>Copies the content and the attributes of one directory into another that exists. Both paths must not be changed by others meanwhile.</summary>
    /// <param name="source">The directory; <c>/proc/self/fd/N</c> for one that is only open.</param>
    /// <param name="target">An existing directory.</param>
    /// <exception cref="LinuxException">A step failed.</exception>
    public static void CopyContent(string source, string target)
    {
        var links = new Dictionary<ulong, string>();
        CopyChildren(source, target, links);
        NodeStatus status = NodeStatusReader.TryRead(source + "/.") ?? throw new LinuxException("statx", Errno.ENOENT, source);
        CopyAttributes(source + "/.", target, status);
    }

    /// <summary>Whether a directory has no entries.</summary>
    public static bool IsEmpty(string directory)
    {
        using IEnumerator<string> entries = Directory.EnumerateFileSystemEntries(directory).GetEnumerator();
        return !entries.MoveNext();
    }

    /// <summary>Bytes of the disk that all beneath takes, as <c>du</c> counts: blocks, of directories too, each hard link once. The directory itself is not counted.</summary>
    public static long Usage(string directory) => Sum(directory, content: false);

    /// <summary>Bytes of all regular files beneath, each hard link counted once: what copying them moves.</summary>
    public static long Size(string directory) => Sum(directory, content: true);

    private static long Sum(string directory, bool content)
    {
        long total = 0;
        HashSet<ulong>? seen = null;
        var pending = new Stack<string>();
        pending.Push(directory);
        while (pending.TryPop(out string? folder))
        {
            IEnumerable<string> entries;
            try
            {
                entries = Directory.EnumerateFileSystemEntries(folder);
            }
            catch (DirectoryNotFoundException)
            {
                continue;
            }

            foreach (string path in entries)
            {
                if (NodeStatusReader.TryRead(path) is not { } status)
                {
                    continue;
                }

                if (status.IsDirectory)
                {
                    pending.Push(path);
                    total += content ? 0 : (long)status.Blocks * 512;
                }
                else if (status.Links < 2 || (seen ??= []).Add(status.Inode))
                {
                    total += !content ? (long)status.Blocks * 512 : status.IsRegular ? (long)status.Size : 0;
                }
            }
        }

        return total;
    }

    private static void CopyChildren(string source, string target, Dictionary<ulong, string> links)
    {
        foreach (string from in Directory.EnumerateFileSystemEntries(source))
        {
            string to = Path.Combine(target, Path.GetFileName(from));
            NodeStatus status = NodeStatusReader.TryRead(from) ?? throw new LinuxException("statx", Errno.ENOENT, from);
            if (status.IsDirectory)
            {
                Check(MakeDirectory(to, 0x1c0), "mkdir", to);
                CopyChildren(from, to, links);
            }
            else if (status.Links > 1 && links.TryGetValue(status.Inode, out string? first))
            {
                Check(Link(first, to), "link", to);
                continue;
            }
            else if (status.IsRegular)
            {
                CopyFile(from, to);
            }
            else if (status.IsLink)
            {
                Check(SymbolicLink(ReadLink(from), to), "symlink", to);
            }
            else
            {
                Check(MakeNode(to, status.Mode, ((ulong)(status.NodeMajor & 0xfff) << 8) | (status.NodeMinor & 0xff) | ((ulong)(status.NodeMinor & ~0xffu) << 12)), "mknod", to);
            }

            CopyAttributes(from, to, status);
            if (!status.IsDirectory && status.Links > 1)
            {
                links[status.Inode] = to;
            }
        }
    }

    private static void CopyFile(string from, string to)
    {
        using var input = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using var output = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        input.CopyTo(output, 128 << 10);
    }

    private static void CopyAttributes(string from, string to, NodeStatus status)
    {
        Check(ChangeOwner(to, status.Uid, status.Gid), "lchown", to);
        CopyExtendedAttributes(from, to);
        if (!status.IsLink)
        {
            Check(ChangeMode(to, status.Mode & 0xfff), "chmod", to);
        }

        Span<long> times = [status.ModifiedSeconds, status.ModifiedNanoseconds, status.ModifiedSeconds, status.ModifiedNanoseconds];
        fixed (long* pointer = times)
        {
            Check(SetTimes(-100, to, pointer, 0x100), "utimensat", to);
        }
    }

    private static void CopyExtendedAttributes(string from, string to)
    {
        Span<byte> names = stackalloc byte[4096];
        nint length;
        fixed (byte* pointer = names)
        {
            length = ListAttributes(from, pointer, (nuint)names.Length);
        }

        if (length <= 0)
        {
            // No attributes, or a file system without them.
            return;
        }

        byte[] value = new byte[64 << 10];
        foreach (string name in Encoding.UTF8.GetString(names[..(int)length]).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            // overlayfs's own marks and security labels of the host belong to the place, not to the file.
            if (name.StartsWith("trusted.overlay.", StringComparison.Ordinal) || name == "security.selinux")
            {
                continue;
            }

            fixed (byte* pointer = value)
            {
                nint size = GetAttribute(from, name, pointer, (nuint)value.Length);
                if (size >= 0 && SetAttribute(to, name, pointer, (nuint)size, 0) != 0 && Marshal.GetLastPInvokeError() != Errno.EOPNOTSUPP)
                {
                    throw LinuxException.FromLastError("lsetxattr", to);
                }
            }
        }
    }

    private static string ReadLink(string path)
    {
        Span<byte> buffer = stackalloc byte[4096];
        fixed (byte* pointer = buffer)
        {
            nint length = ReadLinkCall(path, pointer, (nuint)buffer.Length);
            return length < 0 ? throw LinuxException.FromLastError("readlink", path) : Encoding.UTF8.GetString(buffer[..(int)length]);
        }
    }

    private static void Check(int result, string call, string path)
    {
        if (result != 0)
        {
            throw LinuxException.FromLastError(call, path);
        }
    }

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string old, string path);

    [LibraryImport("libc", EntryPoint = "symlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SymbolicLink(string content, string path);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadLinkCall(string path, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "mknod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNode(string path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetTimes(int directory, string path, long* times, int flags);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ListAttributes(string path, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetAttribute(string path, string name, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetAttribute(string path, string name, byte* buffer, nuint size, int flags);
}

using System.Runtime.CompilerServices;

namespace Quai.Linux.Trees;

/// <summary>Makes a second tree of the same files: directories are made, everything else gets another name. Both are never to be changed in place.</summary>
public static unsafe class LinkedTree
{
    private const ulong Single = Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS;
    private const int MostNames = 4096;

    /// <summary>Makes it.</summary>
    /// <param name="source">The tree.</param>
    /// <param name="target">An empty directory on the same file system.</param>
    /// <param name="apart">Which regular files, by their inodes, are copied and get no other name; null for none.</param>
    /// <exception cref="LinuxException">A file has as many names as it may have, or something cannot be made.</exception>
    public static void Make(string source, string target, Func<ulong, bool>? apart = null)
    {
        using FileDescriptor from = RootedFiles.OpenDirectory(source), to = RootedFiles.OpenDirectory(target);
        Content(from, to, apart);
        TreeAttributes.Copy(from, to);
    }

    private static void Content(FileDescriptor from, FileDescriptor to, Func<ulong, bool>? apart)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        while (TreeEntries.NextNames(from.Number, MostNames) is { Count: > 0 } names)
        {
            foreach (byte[] name in names)
            {
                if (TreeEntries.TryStatus(from.Number, name) is { } status)
                {
                    Entry(from, to, name, status, apart);
                }
            }
        }
    }

    private static void Entry(FileDescriptor from, FileDescriptor to, byte[] name, in NodeStatus status, Func<ulong, bool>? apart)
    {
        fixed (byte* n = name)
        {
            if (status.IsRegular && apart?.Invoke(status.Inode) == true)
            {
                Copy(from, to, n, name);
                return;
            }

            if (!status.IsDirectory)
            {
                Check(FileCalls.TryLink(from.Number, n, to.Number, n), "link", name);
                return;
            }

            Check(FileCalls.TryMakeDirectory(to.Number, n, 0x1c0), "mkdir", name);
        }

        using FileDescriptor? inner = TreeEntries.TryOpenDirectory(from.Number, name), made = TreeEntries.TryOpenDirectory(to.Number, name);
        if (inner is not null && made is not null)
        {
            Content(inner, made, apart);
            TreeAttributes.Copy(inner, made);
        }
    }

    private static void Copy(FileDescriptor from, FileDescriptor to, byte* n, byte[] name)
    {
        string path = System.Text.Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1));
        using FileDescriptor original = Opened(Openat2.TryOpen(from.Number, n, FileCalls.O_RDONLY | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Single), path);
        int flags = FileCalls.O_RDWR | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC;
        using FileDescriptor copy = Opened(Openat2.TryOpen(to.Number, n, flags, 0x180, Single), path);
        FileContent.Copy(original, copy, path, CancellationToken.None);
        TreeAttributes.Copy(original, copy);
    }

    private static FileDescriptor Opened(int fd, string path) => fd >= 0 ? new FileDescriptor(fd) : throw new LinuxException("open", -fd, path);

    private static void Check(int errno, string call, byte[] name)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, System.Text.Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1)));
        }
    }
}

using System.Runtime.CompilerServices;

namespace Quai.Linux.Trees;

/// <summary>Makes a second tree of the same files: directories are made, everything else gets another name. Both are never to be changed in place.</summary>
public static unsafe class LinkedTree
{
    private const int MostNames = 4096;

    /// <summary>Makes it.</summary>
    /// <param name="source">The tree.</param>
    /// <param name="target">An empty directory on the same file system.</param>
    /// <exception cref="LinuxException">A file has as many names as it may have, or something cannot be made.</exception>
    public static void Make(string source, string target)
    {
        using FileDescriptor from = RootedFiles.OpenDirectory(source), to = RootedFiles.OpenDirectory(target);
        Content(from, to);
        TreeAttributes.Copy(from, to);
    }

    private static void Content(FileDescriptor from, FileDescriptor to)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        while (TreeEntries.NextNames(from.Number, MostNames) is { Count: > 0 } names)
        {
            foreach (byte[] name in names)
            {
                if (TreeEntries.TryStatus(from.Number, name) is { } status)
                {
                    Entry(from, to, name, status);
                }
            }
        }
    }

    private static void Entry(FileDescriptor from, FileDescriptor to, byte[] name, in NodeStatus status)
    {
        fixed (byte* n = name)
        {
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
            Content(inner, made);
            TreeAttributes.Copy(inner, made);
        }
    }

    private static void Check(int errno, string call, byte[] name)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, System.Text.Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1)));
        }
    }
}

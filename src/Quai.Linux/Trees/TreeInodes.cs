using System.Runtime.CompilerServices;

namespace Quai.Linux.Trees;

/// <summary>Which files a tree has, whatever their names.</summary>
public static unsafe class TreeInodes
{
    private const int Buffer = 32 << 10, NameOffset = 19, TypeOffset = 18;
    private const byte Unknown = 0, Folder = 4, Regular = 8;

    /// <summary>The inodes of all regular files of a tree, sorted; of several names of a file each counts. They say nothing of the file system, which is taken to be one.</summary>
    /// <param name="directory">A tree that nobody changes.</param>
    public static ulong[] Of(string directory)
    {
        using FileDescriptor opened = RootedFiles.OpenDirectory(directory);
        List<ulong> found = [];
        Collect(opened, found);
        found.Sort();
        return [.. found];
    }

    private static void Collect(FileDescriptor directory, List<ulong> found)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Buffer);
        List<byte[]> folders = [];
        fixed (byte* b = buffer)
        {
            nint length;
            while ((length = FileCalls.TryReadEntries(directory.Number, b, buffer.Length)) > 0)
            {
                for (nint at = 0; at < length; at += *(ushort*)(b + at + 16))
                {
                    byte* name = b + at + NameOffset;
                    byte type = b[at + TypeOffset];
                    if (type == Regular)
                    {
                        found.Add(*(ulong*)(b + at));
                    }
                    else if (type is Folder or Unknown && !FileCalls.IsDots(name))
                    {
                        byte[] copy = [.. System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name), 0];
                        if (type == Folder)
                        {
                            folders.Add(copy);
                        }
                        else if (TreeEntries.TryStatus(directory.Number, copy) is { } status)
                        {
                            // A file system that does not tell kinds in its directories.
                            if (status.IsDirectory)
                            {
                                folders.Add(copy);
                            }
                            else if (status.IsRegular)
                            {
                                found.Add(status.Inode);
                            }
                        }
                    }
                }
            }
        }

        foreach (byte[] name in folders)
        {
            using FileDescriptor? inner = TreeEntries.TryOpenDirectory(directory.Number, name);
            if (inner is not null)
            {
                Collect(inner, found);
            }
        }
    }
}

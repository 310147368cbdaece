using Quai.Content.Snapshots;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;

namespace Quai.Build.Trees;

/// <summary>
/// A layer that is being written upon others, in overlayfs's form, without being mounted: what is below is looked up where it is, directories are taken up when something is
/// put into them, and what is removed leaves a whiteout.
/// </summary>
/// <param name="snapshot">Where it is written, and what is below.</param>
internal sealed unsafe class UpperLayer(Snapshot snapshot)
{
    private const uint NewDirectoryMode = 0x1ed;

    /// <summary>All files, as they are now.</summary>
    public MergedTree Tree { get; } = new([Path.Combine(snapshot.Root, snapshot.Upper), .. snapshot.Lower.Select(l => Path.Combine(snapshot.Root, l))]);

    /// <summary>Opens the root of all files for writing through the kernel, for what is not done a file at a time. Nothing else may be written meanwhile.</summary>
    public FileDescriptor OpenMounted()
    {
        string folder = Path.Combine(snapshot.Root, snapshot.Upper);
        RootSource source = snapshot.Lower.Count == 0
            ? new RootSource.Folder(folder)
            : new RootSource.Overlay(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work);
        return DetachedRoot.Open(source, [], rootReadOnly: false, allReadOnly: false, folder);
    }

    /// <summary>Opens a directory for writing into it; what is missing of its path is made.</summary>
    /// <param name="path">A path without links.</param>
    /// <param name="changes">Owner and time of directories that are made.</param>
    /// <param name="mode">Their mode.</param>
    /// <exception cref="QuaiException">Something on the way is no directory.</exception>
    public MergedDirectory Enter(string path, CopyChanges changes, uint mode = NewDirectoryMode)
    {
        MergedDirectory current = Tree.OpenRoot();
        try
        {
            foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                MergedDirectory next = Enter(current, MergedTree.Name(part), path, out bool made);
                if (made)
                {
                    FileDescriptor opened = next.At(0)!;
                    uint actual = changes.Mode?.Invoke(mode, true) ?? mode;
                    Check(FileCalls.TryChangeOwner(opened.Number, changes.Uid ?? 0, changes.Gid ?? 0), "chown", path);
                    Check(FileCalls.TryChangeMode(opened.Number, actual), "chmod", path);
                    if (changes.Time is { } time)
                    {
                        SetTime(opened, time);
                    }
                }

                current.Dispose();
                current = next;
            }

            return current;
        }
        catch
        {
            current.Dispose();
            throw;
        }
    }

    /// <summary>Opens a directory of one that is open for writing: takes it up from below, or makes it.</summary>
    /// <param name="parent">Has the layer itself as its topmost.</param>
    /// <param name="name">The directory.</param>
    /// <param name="path">Where it is, for errors.</param>
    /// <param name="made">Whether it is new; its owner and mode are the caller's matter.</param>
    public static MergedDirectory Enter(MergedDirectory parent, byte[] name, string path, out bool made)
    {
        FileDescriptor above = parent.At(0)!;
        MergedEntry? found = parent.Find(name);
        made = found is null;
        if (found is { Status.IsDirectory: false })
        {
            throw QuaiException.Invalid($"cannot create directory {path}: {MergedTree.Text(name)} is not a directory");
        }

        if (found is not { Layer: 0 })
        {
            bool hidden = TreeEntries.TryStatus(above.Number, name) is { IsWhiteout: true };
            fixed (byte* n = name)
            {
                if (hidden)
                {
                    Check(FileCalls.TryUnlink(above.Number, n), "unlink", path);
                }

                Check(FileCalls.TryMakeDirectory(above.Number, n, 0x1c0), "mkdir", path);
            }

            using FileDescriptor opened = TreeEntries.TryOpenDirectory(above.Number, name) ?? throw new LinuxException("open", Errno.ENOENT, path);
            if (hidden)
            {
                MakeOpaque(opened, path);
            }

            if (found is { } below)
            {
                using FileDescriptor? original = TreeEntries.TryOpenDirectory(parent.At(below.Layer)!.Number, name);
                TreeAttributes.Copy(original ?? throw new LinuxException("open", Errno.ENOENT, path), opened, marks: false);
            }
        }

        return parent.OpenDirectory(name) ?? throw new LinuxException("open", Errno.ENOENT, path);
    }

    /// <summary>Takes the layer's own entry of a name away, so that something else can have the name.</summary>
    /// <exception cref="QuaiException">There is a directory of that name.</exception>
    public static void Clear(MergedDirectory directory, byte[] name, string path)
    {
        if (directory.Find(name) is { Status.IsDirectory: true })
        {
            throw QuaiException.Invalid($"cannot replace to directory {path} with file");
        }

        fixed (byte* n = name)
        {
            int errno = FileCalls.TryUnlink(directory.At(0)!.Number, n);
            Check(errno == Errno.ENOENT ? 0 : errno, "unlink", path);
        }
    }

    /// <summary>Removes what is at a path, with everything in it.</summary>
    /// <param name="path">A path without links but the last.</param>
    /// <returns>Whether there was something.</returns>
    public bool Remove(string path)
    {
        byte[] name = MergedTree.Name(MergedTree.Base(path));
        using (MergedDirectory? there = Tree.OpenDirectory(MergedTree.Parent(path)))
        {
            if (there?.Find(name) is null)
            {
                return false;
            }
        }

        using MergedDirectory parent = Enter(MergedTree.Parent(path), CopyChanges.None);
        FileDescriptor above = parent.At(0)!;
        fixed (byte* n = name)
        {
            Check(FileCalls.TryRemoveTree(above.Number, n), "remove", path);
            if (parent.Find(name) is not null)
            {
                Hide(above, name, path);
            }
        }

        return true;
    }

    /// <summary>Says in a layer's folder that what the layers below have of a name is gone.</summary>
    /// <param name="folder">The layer's folder.</param>
    /// <param name="name">The name.</param>
    /// <param name="path">Where it is, for errors.</param>
    /// <param name="times">When that was; null for now.</param>
    public static void Hide(FileDescriptor folder, byte[] name, string path, FileTimes? times = null)
    {
        fixed (byte* n = name)
        {
            Check(FileCalls.TryMakeNode(folder.Number, n, FileCalls.S_IFCHR, 0, 0), "mknod", path);
            if (times is { } given)
            {
                Check(FileCalls.TrySetTimes(folder.Number, n, given), "utimensat", path);
            }
        }
    }

    /// <summary>Sets the time at which a file was changed, in nanoseconds since 1970.</summary>
    public static void SetTime(FileDescriptor file, long time) => Check(FileCalls.TrySetTimes(file.Number, Times(time)), "futimens", "");

    /// <summary>A time, in nanoseconds since 1970, as the kernel takes it.</summary>
    public static FileTimes Times(long time)
    {
        // Rounded down, before 1970 too: the kernel counts nanoseconds from there.
        (long seconds, long nanoseconds) = Math.DivRem(time, 1_000_000_000L);
        (seconds, nanoseconds) = nanoseconds < 0 ? (seconds - 1, nanoseconds + 1_000_000_000L) : (seconds, nanoseconds);
        return new FileTimes { AccessSeconds = seconds, AccessNanoseconds = nanoseconds, ModifySeconds = seconds, ModifyNanoseconds = nanoseconds };
    }

    /// <summary>Throws where a call failed.</summary>
    public static void Check(int errno, string call, string path)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, path);
        }
    }

    private static void MakeOpaque(FileDescriptor directory, string path)
    {
        fixed (byte* name = OverlayMarks.TerminatedOpaque)
        {
            Check(Xattrs.TrySet(directory.Number, name, "y"u8), "fsetxattr", path);
        }
    }
}

using Quai.Build.Steps.Files;
using System.Runtime.CompilerServices;
using Quai.Build.Steps;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Trees;

/// <summary>
/// Copies files of layers into a layer. Files of layers never change, so a copy that is the same in all is the same file under another name, and costs nothing.
/// </summary>
/// <param name="changes">What the copies have other than the originals.</param>
/// <param name="sharing">Which files may get another name.</param>
/// <param name="cancellation">Stops.</param>
internal sealed unsafe class TreeCopy(CopyChanges changes, FileSharing sharing, CancellationToken cancellation)
{
    private readonly Dictionary<ulong, string> _linked = [];

    /// <summary>Decides what beneath a copied directory is copied, by its path relative to that and whether it is a directory; null for everything.</summary>
    public Func<string, bool, CopyChoice>? Choose { get; init; }

    /// <summary>Where the copies are, if names of one file are to be names of one copy of it; null where each has its own.</summary>
    public FileDescriptor? LinkRoot { get; init; }

    /// <summary>Copies an entry with all that is in it.</summary>
    /// <param name="from">Where it is.</param>
    /// <param name="name">The entry.</param>
    /// <param name="to">Where it goes, open for writing.</param>
    /// <param name="target">Its name there.</param>
    /// <param name="path">Its path there, for errors.</param>
    public void Copy(MergedDirectory from, byte[] name, MergedDirectory to, byte[] target, string path)
    {
        if (from.Find(name) is { } entry)
        {
            Copy(from, name, entry, to, target, path, "", again: false);
        }
    }

    /// <summary>Copies what is in a directory into another, which keeps its own owner and mode.</summary>
    public void CopyContent(MergedDirectory from, MergedDirectory to, string path) => Children(from, to, path, "");

    /// <summary>Gives a directory the owner, mode and times of the one whose content it has got.</summary>
    public void Finish(MergedDirectory from, MergedDirectory to, string path)
    {
        FileDescriptor opened = to.At(0)!;
        TreeAttributes.Copy(from.Top!, opened, marks: false);
        Change(opened, NodeStatusReader.Read(from.Top!), path);
    }

    private void Children(MergedDirectory from, MergedDirectory to, string path, string relative)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach ((byte[] name, MergedEntry entry) in from.Entries())
        {
            cancellation.ThrowIfCancellationRequested();
            string text = MergedTree.Text(name), inner = relative.Length == 0 ? text : $"{relative}/{text}";
            if (IsChosen(from, name, entry, inner))
            {
                Copy(from, name, entry, to, name, $"{path}/{text}", inner, again: true);
            }
        }
    }

    private bool IsChosen(MergedDirectory from, byte[] name, MergedEntry entry, string relative)
    {
        CopyChoice choice = Choose?.Invoke(relative, entry.Status.IsDirectory) ?? CopyChoice.Taken;
        if (choice != CopyChoice.Passed)
        {
            return choice == CopyChoice.Taken;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        using MergedDirectory? inner = from.OpenDirectory(name);
        return inner is not null && inner.Entries().Exists(e => IsChosen(inner, e.Name, e.Entry, $"{relative}/{MergedTree.Text(e.Name)}"));
    }

    private void Copy(MergedDirectory from, byte[] name, MergedEntry entry, MergedDirectory to, byte[] target, string path, string relative, bool again)
    {
        NodeStatus status = entry.Status;
        if (!status.IsDirectory)
        {
            UpperLayer.Clear(to, target, path);
            if (status.IsRegular)
            {
                CopyFile(from, name, entry, to, target, path);
            }
            else
            {
                CopySpecial(from, name, entry, to, target, path);
            }

            return;
        }

        if (to.Find(target) is { Status.IsDirectory: false })
        {
            throw QuaiException.Invalid($"cannot copy to non-directory: {path}");
        }

        using MergedDirectory inner = UpperLayer.Enter(to, target, path, out bool made);
        using MergedDirectory source = from.OpenDirectory(name) ?? throw new LinuxException("open", Errno.ENOENT, path);
        Children(source, inner, path, relative);
        if (made || again)
        {
            Finish(source, inner, path);
        }
    }

    private void CopyFile(MergedDirectory from, byte[] name, MergedEntry entry, MergedDirectory to, byte[] target, string path)
    {
        NodeStatus status = entry.Status;
        FileDescriptor source = from.At(entry.Layer)!, folder = to.At(0)!;
        fixed (byte* n = name, t = target)
        {
            if (IsSame(status) && sharing.TryName(status, this) && FileCalls.TryLink(source.Number, n, folder.Number, t) == 0)
            {
                return;
            }

            if (LinkRoot is { } root && status.Links > 1 && !_linked.TryAdd(status.Inode, path))
            {
                fixed (byte* first = MergedTree.Name(_linked[status.Inode][1..]))
                {
                    if (FileCalls.TryLink(root.Number, first, folder.Number, t) == 0)
                    {
                        return;
                    }
                }
            }

            using FileDescriptor original = from.OpenFile(name, entry) ?? throw new LinuxException("open", Errno.ENOENT, path);
            const int flags = FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_CLOEXEC;
            int fd = Openat2.TryOpen(folder.Number, t, flags | FileCalls.O_NOFOLLOW, 0x180, Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_SYMLINKS | Openat2.RESOLVE_NO_MAGICLINKS);
            using FileDescriptor made = fd >= 0 ? new FileDescriptor(fd) : throw new LinuxException("open", -fd, path);
            FileContent.Copy(original, made, path, cancellation);
            TreeAttributes.Copy(original, made, marks: false);
            Change(made, status, path);
        }
    }

    private void CopySpecial(MergedDirectory from, byte[] name, MergedEntry entry, MergedDirectory to, byte[] target, string path)
    {
        NodeStatus status = entry.Status;
        FileDescriptor folder = to.At(0)!;
        fixed (byte* t = target)
        {
            if (status.IsLink)
            {
                fixed (byte* leads = (byte[])[.. from.ReadLink(name, entry) ?? [], 0])
                {
                    UpperLayer.Check(FileCalls.TrySymlink(leads, folder.Number, t), "symlink", path);
                }
            }
            else if ((status.Mode & FileCalls.S_IFMT) == FileCalls.S_IFSOCK)
            {
                return;
            }
            else
            {
                UpperLayer.Check(FileCalls.TryMakeNode(folder.Number, t, status.Mode, status.NodeMajor, status.NodeMinor), "mknod", path);
            }

            UpperLayer.Check(FileCalls.TryChangeOwner(folder.Number, t, changes.Uid ?? status.Uid, changes.Gid ?? status.Gid), "chown", path);
            if (!status.IsLink)
            {
                UpperLayer.Check(FileCalls.TryChangeMode(folder.Number, t, ModeOf(status)), "chmod", path);
            }

            FileTimes times = changes.Time is { } time ? UpperLayer.Times(time) : TreeAttributes.Times(status);
            UpperLayer.Check(FileCalls.TrySetTimes(folder.Number, t, times), "utimensat", path);
        }
    }

    private uint ModeOf(in NodeStatus status) => changes.Mode?.Invoke(status.Mode & 0xfff, status.IsDirectory) ?? status.Mode & 0xfff;

    private bool IsSame(in NodeStatus status) =>
        !changes.IsOwn && (changes.Uid ?? status.Uid) == status.Uid && (changes.Gid ?? status.Gid) == status.Gid && ModeOf(status) == (status.Mode & 0xfff) && changes.Time is null;

    private void Change(FileDescriptor made, in NodeStatus status, string path)
    {
        if (changes.Uid is not null || changes.Gid is not null)
        {
            UpperLayer.Check(FileCalls.TryChangeOwner(made.Number, changes.Uid ?? status.Uid, changes.Gid ?? status.Gid), "chown", path);
            UpperLayer.Check(FileCalls.TryChangeMode(made.Number, ModeOf(status)), "chmod", path);
        }
        else if (changes.Mode is not null)
        {
            UpperLayer.Check(FileCalls.TryChangeMode(made.Number, ModeOf(status)), "chmod", path);
        }

        UpperLayer.SetTime(made, changes.Time ?? (status.ModifiedSeconds * 1_000_000_000L) + status.ModifiedNanoseconds);
    }
}

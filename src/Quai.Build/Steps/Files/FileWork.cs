using System.Text;
using Quai.Build.Layers;
using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Steps.Files;

/// <summary>One file operation upon a layer that is being written.</summary>
/// <param name="action">What is done.</param>
/// <param name="upper">The layer.</param>
/// <param name="source">What is copied from; null for an action that copies nothing.</param>
/// <param name="treeOf">The tree of an input, in which names of users are looked up.</param>
/// <param name="sharing">Which files may get another name.</param>
/// <param name="cancellation">Stops.</param>
internal sealed unsafe class FileWork(
    FileAction action, UpperLayer upper, LayerStack? source, Func<long, MergedTree> treeOf, FileSharing sharing, CancellationToken cancellation)
{
    private const uint DefaultDirectoryMode = 0x1ed;

    /// <summary>Does it.</summary>
    /// <exception cref="QuaiException">A file that is needed is not there, or something is in the way.</exception>
    public void Run()
    {
        try
        {
            switch (action.ActionCase)
            {
                case FileAction.ActionOneofCase.Copy:
                    Copy(action.Copy, new MergedTree(source!));
                    break;
                case FileAction.ActionOneofCase.Mkdir:
                    MakeDirectory(action.Mkdir);
                    break;
                case FileAction.ActionOneofCase.Mkfile:
                    MakeFile(action.Mkfile);
                    break;
                case FileAction.ActionOneofCase.Symlink:
                    MakeLink(action.Symlink);
                    break;
                case FileAction.ActionOneofCase.Rm:
                    Remove(action.Rm);
                    break;
            }
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOSPC or Errno.EDQUOT)
        {
            throw QuaiException.System($"the files of a step cannot be written: {e.Message}", e);
        }
    }

    private void Copy(FileActionCopy copy, MergedTree from)
    {
        (uint? uid, uint? gid) = FileOwners.Of(copy.Owner, treeOf);
        var changes = new CopyChanges(uid, gid, FileModes.Read(copy.Mode, copy.ModeStr), TimeOf(copy.Timestamp));
        foreach (string path in CopySources.Find(copy, from))
        {
            cancellation.ThrowIfCancellationRequested();
            string followed = CopySources.Followed(copy, from, path);
            if (copy.AttemptUnpackDockerCompatibility && ArchiveUnpacking.TryUnpack(from, followed, upper, copy.Dest, changes, cancellation))
            {
                continue;
            }

            Copy(copy, from, path, followed, changes);
        }
    }

    private void Copy(FileActionCopy copy, MergedTree from, string path, string followed, CopyChanges changes)
    {
        var work = new TreeCopy(changes, sharing, cancellation) { Choose = CopyFilter.Of(copy) };
        bool isDirectory = from.Status(followed)!.Value.IsDirectory, meansDirectory = copy.Dest.EndsWith('/') || copy.Dest.EndsWith("/.", StringComparison.Ordinal);
        string target = upper.Tree.Resolve(copy.Dest);
        NodeStatus? there = upper.Tree.Status(target);
        if (!copy.CreateDestPath && upper.Tree.Status(MergedTree.Parent(target)) is null)
        {
            throw QuaiException.Invalid($"failed to copy to {copy.Dest}: no such file or directory");
        }

        // What is made on the way belongs to whom the copy belongs to.
        var made = changes with { Mode = null };

        // A root has no name that a copy could have.
        if (isDirectory && (copy.DirCopyContents || followed == "/"))
        {
            using MergedDirectory source = from.OpenDirectory(followed)!;
            if (there is { IsDirectory: false })
            {
                throw QuaiException.Invalid($"cannot copy to non-directory: {target}");
            }

            using MergedDirectory into = upper.Enter(target, there is null && !meansDirectory ? changes : made);
            work.CopyContent(source, into, target);
            if (there is null && !meansDirectory)
            {
                work.Finish(source, into, target);
            }

            return;
        }

        string name = MergedTree.Base(path);
        bool inside = isDirectory || meansDirectory || there is { IsDirectory: true };
        string folder = inside ? target : MergedTree.Parent(target), last = inside ? name : MergedTree.Base(target);
        using MergedDirectory parent = from.OpenDirectory(MergedTree.Parent(followed))!;
        using MergedDirectory to = upper.Enter(folder, made);
        work.Copy(parent, MergedTree.Name(MergedTree.Base(followed)), to, MergedTree.Name(last), $"{(folder == "/" ? "" : folder)}/{last}");
    }

    private void MakeDirectory(FileActionMkDir make)
    {
        (uint? uid, uint? gid) = FileOwners.Of(make.Owner, treeOf);
        string path = upper.Tree.Resolve(make.Path);
        NodeStatus? there = upper.Tree.Status(path);
        if (there is { IsDirectory: true })
        {
            return;
        }

        if (!make.MakeParents && upper.Tree.Status(MergedTree.Parent(path)) is null)
        {
            throw QuaiException.Invalid($"mkdir {make.Path}: no such file or directory");
        }

        upper.Enter(path, new CopyChanges(uid, gid, null, TimeOf(make.Timestamp)), make.Mode > 0 ? (uint)make.Mode & 0xfff : DefaultDirectoryMode).Dispose();
    }

    private void MakeFile(FileActionMkFile make)
    {
        (uint? uid, uint? gid) = FileOwners.Of(make.Owner, treeOf);
        string path = upper.Tree.Resolve(make.Path);
        if (upper.Tree.Status(MergedTree.Parent(path)) is null)
        {
            throw QuaiException.Invalid($"open {make.Path}: no such file or directory");
        }

        using MergedDirectory folder = upper.Enter(MergedTree.Parent(path), CopyChanges.None);
        byte[] name = MergedTree.Name(MergedTree.Base(path));
        UpperLayer.Clear(folder, name, path);
        fixed (byte* n = name)
        {
            int flags = FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_CLOEXEC | FileCalls.O_NOFOLLOW;
            int fd = Openat2.TryOpen(folder.At(0)!.Number, n, flags, 0x180, Openat2.RESOLVE_BENEATH);
            using FileDescriptor made = fd >= 0 ? new FileDescriptor(fd) : throw new LinuxException("open", -fd, path);
            UpperLayer.Check(FileCalls.TryWrite(made.Number, make.Data.Span), "write", path);
            UpperLayer.Check(FileCalls.TryChangeOwner(made.Number, uid ?? 0, gid ?? 0), "chown", path);
            UpperLayer.Check(FileCalls.TryChangeMode(made.Number, (uint)make.Mode & 0xfff), "chmod", path);
            if (TimeOf(make.Timestamp) is { } time)
            {
                UpperLayer.SetTime(made, time);
            }
        }
    }

    private void MakeLink(FileActionSymlink make)
    {
        (uint? uid, uint? gid) = FileOwners.Of(make.Owner, treeOf);
        string path = upper.Tree.Resolve(make.Newpath, followLast: false);
        using MergedDirectory folder = upper.Enter(MergedTree.Parent(path), CopyChanges.None);
        byte[] name = MergedTree.Name(MergedTree.Base(path));
        UpperLayer.Clear(folder, name, path);
        fixed (byte* n = name, leads = (byte[])[.. Encoding.UTF8.GetBytes(make.Oldpath), 0])
        {
            UpperLayer.Check(FileCalls.TrySymlink(leads, folder.At(0)!.Number, n), "symlink", path);
            UpperLayer.Check(FileCalls.TryChangeOwner(folder.At(0)!.Number, n, uid ?? 0, gid ?? 0), "chown", path);
            if (TimeOf(make.Timestamp) is { } time)
            {
                UpperLayer.Check(FileCalls.TrySetTimes(folder.At(0)!.Number, n, UpperLayer.Times(time)), "utimensat", path);
            }
        }
    }

    private void Remove(FileActionRm remove)
    {
        var pattern = new FileActionCopy { Src = remove.Path, AllowWildcard = remove.AllowWildcard, AllowEmptyWildcard = true };
        foreach (string path in CopySources.Find(pattern, upper.Tree))
        {
            if (!upper.Remove(upper.Tree.Resolve(path, followLast: false)) && !remove.AllowNotFound)
            {
                throw QuaiException.Invalid($"remove {path}: no such file or directory");
            }
        }
    }

    // BuildKit says -1 for none; 0 is what an operation has that says nothing.
    private static long? TimeOf(long timestamp) => timestamp <= 0 ? null : timestamp;
}

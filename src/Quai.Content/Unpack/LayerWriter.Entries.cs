using Quai.Archives;
using Quai.Linux.Processes;
using Quai.Linux;

namespace Quai.Content.Unpack;

internal sealed unsafe partial class LayerWriter
{
    private void WriteFile(TarReader reader, int parent, bool setGid)
    {
        TarEntry entry = reader.Entry;
        fixed (byte* name = _path.TerminatedBase)
        {
            int flags = FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC;
            int fd = Openat2.TryOpen(parent, name, flags, entry.Mode & 0x1ff, Single);
            if (fd == -Errno.EEXIST)
            {
                RemoveExisting(ref parent, ref setGid, name, entry);
                fd = Openat2.TryOpen(parent, name, flags, entry.Mode & 0x1ff, Single);
            }

            if (fd < 0)
            {
                throw LayerErrors.Failed("open", -fd, entry);
            }

            try
            {
                for (ReadOnlySpan<byte> piece = reader.ReadContent(out long hole); !piece.IsEmpty || hole > 0; piece = reader.ReadContent(out hole))
                {
                    Check(hole > 0 ? FileCalls.TrySkip(fd, hole) : FileCalls.TryWrite(fd, piece), "write", entry);
                }

                if (entry.IsSparse)
                {
                    Check(FileCalls.TryTruncate(fd, entry.Size), "ftruncate", entry);
                }

                Count(entry.Size);
                if (NeedsOwner(entry, setGid))
                {
                    Check(FileCalls.TryChangeOwner(fd, entry.Uid, entry.Gid), "chown", entry);
                }

                // The daemon's umask removes nearly everything, and the call itself the set-id bits.
                Check(FileCalls.TryChangeMode(fd, entry.Mode), "chmod", entry);

                // After the owner: changing it clears capabilities.
                foreach ((byte[] key, byte[] value) in entry.Xattrs)
                {
                    if (IsKept(key))
                    {
                        fixed (byte* k = key)
                        {
                            CheckXattr(Xattrs.TrySet(fd, k, value), entry);
                        }
                    }
                }

                Check(FileCalls.TrySetTimes(fd, TimesOf(entry)), "utimens", entry);
            }
            finally
            {
                _ = FileCalls.TryClose(fd);
            }
        }
    }

    private void WriteDirectory(TarEntry entry, int parent, bool setGid)
    {
        fixed (byte* name = _path.TerminatedBase)
        {
            int errno = FileCalls.TryMakeDirectory(parent, name, entry.Mode & 0x1ff);
            bool existed = errno == Errno.EEXIST;
            bool opaque = false;
            if (existed)
            {
                Check(FileCalls.TryStatus(parent, name, out FileStatus status), "stat", entry);
                if (!status.IsDirectory)
                {
                    // The whiteout of this name hides what is below; the new directory must keep hiding it.
                    opaque = IsWhiteout(status);
                    RemoveExisting(ref parent, ref setGid, name, entry);
                    Check(FileCalls.TryMakeDirectory(parent, name, entry.Mode & 0x1ff), "mkdir", entry);
                }
                else
                {
                    // It may be cached as open, with its old times and group.
                    _directories.Clear();
                    parent = OpenParent(_path.Parent, entry, make: false, out setGid);
                }

                errno = 0;
            }

            Check(errno, "mkdir", entry);
            if (existed || NeedsOwner(entry, setGid))
            {
                Check(FileCalls.TryChangeOwner(parent, name, entry.Uid, entry.Gid), "chown", entry);
            }

            Check(FileCalls.TryChangeMode(parent, name, entry.Mode), "chmod", entry);

            WriteXattrs(entry, parent, name);
            if (opaque)
            {
                MarkOpaque(parent, name, entry);
            }

            // Creating entries in it changes them, and the cache sets them again.
            Check(FileCalls.TrySetTimes(parent, name, TimesOf(entry)), "utimens", entry);
        }
    }

    private void WriteHardLink(TarEntry entry, int parent)
    {
        _target.Set(entry.LinkName, entry);
        if (_target.IsRoot)
        {
            throw LayerErrors.Failed("link", Errno.EPERM, entry);
        }

        // Linking a file to itself would first remove it.
        if (_target.Whole.SequenceEqual(_path.Whole))
        {
            return;
        }

        // The cache may close a descriptor when it is full: get the target's first and look the parent up again.
        int from = OpenParent(_target.Parent, entry, make: false, out _);
        parent = OpenParent(_path.Parent, entry, make: false, out _);
        from = OpenParent(_target.Parent, entry, make: false, out _);
        fixed (byte* name = _path.TerminatedBase, target = _target.TerminatedBase)
        {
            int errno = FileCalls.TryLink(from, target, parent, name);
            if (errno == Errno.EEXIST)
            {
                bool setGid = false;
                RemoveExisting(ref parent, ref setGid, name, entry);
                from = OpenParent(_target.Parent, entry, make: false, out _);
                errno = FileCalls.TryLink(from, target, parent, name);
            }

            if (errno != 0)
            {
                throw LayerErrors.Failed($"link to {TarText.Show(entry.LinkName)}", errno, entry);
            }
        }
    }

    private void WriteSymbolicLink(TarEntry entry, int parent, bool setGid)
    {
        fixed (byte* name = _path.TerminatedBase, target = entry.TerminatedLinkName)
        {
            int errno = FileCalls.TrySymlink(target, parent, name);
            if (errno == Errno.EEXIST)
            {
                RemoveExisting(ref parent, ref setGid, name, entry);
                errno = FileCalls.TrySymlink(target, parent, name);
            }

            Check(errno, "symlink", entry);
            Count(entry.LinkName.Length);
            FinishEntry(entry, parent, name, setGid, mode: false);
        }
    }

    private void WriteNode(TarEntry entry, int parent, bool setGid)
    {
        uint mode = (entry.Mode & 0x1ff) | entry.Type switch
        {
            TarEntryType.CharacterDevice => FileCalls.S_IFCHR,
            TarEntryType.BlockDevice => FileCalls.S_IFBLK,
            _ => FileCalls.S_IFIFO,
        };
        if (entry.Type != TarEntryType.Fifo && OwnUserNamespace.IsNested)
        {
            // As in Docker without root: nobody can make device nodes there, and no container could open one.
            return;
        }

        fixed (byte* name = _path.TerminatedBase)
        {
            int errno = FileCalls.TryMakeNode(parent, name, mode, entry.DeviceMajor, entry.DeviceMinor);
            if (errno == Errno.EEXIST)
            {
                RemoveExisting(ref parent, ref setGid, name, entry);
                errno = FileCalls.TryMakeNode(parent, name, mode, entry.DeviceMajor, entry.DeviceMinor);
            }

            Check(errno, "mknod", entry);
            FinishEntry(entry, parent, name, setGid, mode: true);
        }
    }

    private void FinishEntry(TarEntry entry, int parent, byte* name, bool setGid, bool mode)
    {
        if (NeedsOwner(entry, setGid))
        {
            Check(FileCalls.TryChangeOwner(parent, name, entry.Uid, entry.Gid), "chown", entry);
        }

        if (mode)
        {
            Check(FileCalls.TryChangeMode(parent, name, entry.Mode), "chmod", entry);
        }

        WriteXattrs(entry, parent, name);
        Check(FileCalls.TrySetTimes(parent, name, TimesOf(entry)), "utimens", entry);
    }

    private static void WriteXattrs(TarEntry entry, int parent, byte* name)
    {
        foreach ((byte[] key, byte[] value) in entry.Xattrs)
        {
            if (IsKept(key))
            {
                fixed (byte* k = key)
                {
                    CheckXattr(Xattrs.TrySetEntry(parent, name, k, value), entry);
                }
            }
        }
    }

    /// <summary>An image must not set overlayfs's own attributes: its redirects would lead to other images' files.</summary>
    private static bool IsKept(ReadOnlySpan<byte> key) => !key.StartsWith("trusted.overlay."u8) && !key.StartsWith("user.overlay."u8);

    private static void CheckXattr(int errno, TarEntry entry)
    {
        // As in Docker: an attribute that this file system or kernel cannot hold is left out.
        if (errno is not (Errno.EOPNOTSUPP or Errno.EPERM or Errno.EINVAL))
        {
            Check(errno, "setxattr", entry);
        }
    }

    private static bool NeedsOwner(TarEntry entry, bool setGid) => setGid || (entry.Uid | entry.Gid) != 0;

    private static void Check(int errno, string call, TarEntry entry)
    {
        if (errno != 0)
        {
            throw LayerErrors.Failed(call, errno, entry);
        }
    }
}

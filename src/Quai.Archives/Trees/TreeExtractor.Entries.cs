using Quai.Errors;
using Quai.Linux;

namespace Quai.Archives;

public sealed unsafe partial class TreeExtractor
{
    private void MakeDirectory(int parent, byte[] name, byte[] path, TarEntry entry)
    {
        fixed (byte* n = name)
        {
            int errno = FileCalls.TryMakeDirectory(parent, n, entry.Mode & 0x1ff);
            Check(errno == Errno.EEXIST ? 0 : errno, "mkdir", path);

            // It may have been replaced by now: what is opened is a directory in this very place, and only that is changed.
            int fd = Openat2.TryOpen(parent, n, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Inside | Openat2.RESOLVE_NO_SYMLINKS);
            if (fd < 0)
            {
                Check(-fd, "open", path);
            }

            try
            {
                SetAttributes(fd, entry, path);
                byte nothing = 0;
                Check(FileCalls.TryStatus(fd, &nothing, out FileStatus status), "stat", path);
                _times.Add(path, status.Inode, TimesOf(entry));
            }
            finally
            {
                _ = FileCalls.TryClose(fd);
            }
        }
    }

    private void MakeFile(TarReader reader, int parent, byte[] name, byte[] path)
    {
        TarEntry entry = reader.Entry;
        fixed (byte* n = name)
        {
            const int flags = FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_CLOEXEC;
            int fd = Openat2.TryOpen(parent, n, flags | FileCalls.O_NOFOLLOW, entry.Mode & 0x1ff, Single);
            if (fd < 0)
            {
                Check(-fd, "open", path);
            }

            try
            {
                bool holes = entry.IsSparse;
                for (ReadOnlySpan<byte> piece = reader.ReadContent(out long hole); !piece.IsEmpty || hole > 0; piece = reader.ReadContent(out hole))
                {
                    if (hole == 0 && _options.LeavesHoles && piece.Length >= SmallestHole && !piece.ContainsAnyExcept((byte)0))
                    {
                        hole = piece.Length;
                        holes = true;
                    }

                    Check(hole > 0 ? FileCalls.TrySkip(fd, hole) : FileCalls.TryWrite(fd, piece), "write", path);
                }

                if (holes)
                {
                    Check(FileCalls.TryTruncate(fd, entry.Size), "ftruncate", path);
                }

                SetAttributes(fd, entry, path);
                Check(FileCalls.TrySetTimes(fd, TimesOf(entry)), "utimens", path);
            }
            finally
            {
                _ = FileCalls.TryClose(fd);
            }
        }
    }

    private void MakeHardLink(int parent, byte[] name, byte[] path, TarEntry entry)
    {
        byte[] target = Locate(Renamed(entry.LinkName), out _)
            ?? throw QuaiException.System($"invalid hardlink {TarText.Show(path)} -> {TarText.Show(entry.LinkName)}");
        int slash = target.AsSpan().LastIndexOf((byte)'/');
        int from = Open(slash <= 0 ? "/"u8 : target.AsSpan(0, slash));
        if (from < 0)
        {
            Check(-from, "link", target);
        }

        try
        {
            fixed (byte* n = name, t = Terminated(target.AsSpan(slash + 1)))
            {
                Check(FileCalls.TryLink(from, t, parent, n), "link", path);
            }
        }
        finally
        {
            _ = FileCalls.TryClose(from);
        }
    }

    private void MakeNode(int parent, byte[] name, byte[] path, TarEntry entry)
    {
        uint type = entry.Type switch
        {
            TarEntryType.CharacterDevice => FileCalls.S_IFCHR,
            TarEntryType.BlockDevice => FileCalls.S_IFBLK,
            _ => FileCalls.S_IFIFO,
        };
        fixed (byte* n = name)
        {
            Check(FileCalls.TryMakeNode(parent, n, type | (entry.Mode & 0x1ff), entry.DeviceMajor, entry.DeviceMinor), "mknod", path);

            // A change of mode would follow a link that took its place: use a descriptor of what is there, if that is what was created.
            int fd = Openat2.TryOpen(parent, n, FileCalls.O_PATH | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Single);
            if (fd >= 0)
            {
                byte nothing = 0;
                if (FileCalls.TryStatus(fd, &nothing, out FileStatus status) == 0 && (status.Mode & FileCalls.S_IFMT) == type)
                {
                    _ = FileCalls.TryChangeModeByPath(fd, entry.Mode);
                }

                _ = FileCalls.TryClose(fd);
            }
        }

        Finish(parent, name, path, entry);
    }

    /// <summary>Owner, attributes and times of what is neither file nor directory.</summary>
    private void Finish(int parent, byte[] name, byte[] path, TarEntry entry)
    {
        fixed (byte* n = name)
        {
            if (OwnerOf(entry) is { } owner)
            {
                Check(FileCalls.TryChangeOwner(parent, n, owner.Uid, owner.Gid), "lchown", path);
            }

            foreach ((byte[] key, byte[] value) in entry.Xattrs)
            {
                fixed (byte* k = key)
                {
                    CheckAttribute(IsKept(key) ? Xattrs.TrySetEntry(parent, n, k, value) : 0, path);
                }
            }

            Check(FileCalls.TrySetTimes(parent, n, TimesOf(entry)), "utimens", path);
        }
    }

    private void SetAttributes(int fd, TarEntry entry, byte[] path)
    {
        if (OwnerOf(entry) is { } owner)
        {
            Check(FileCalls.TryChangeOwner(fd, owner.Uid, owner.Gid), "lchown", path);
        }

        // After the owner: changing it clears set-id bits and capabilities.
        Check(FileCalls.TryChangeMode(fd, entry.Mode), "chmod", path);
        foreach ((byte[] key, byte[] value) in entry.Xattrs)
        {
            fixed (byte* k = key)
            {
                CheckAttribute(IsKept(key) ? Xattrs.TrySet(fd, k, value) : 0, path);
            }
        }
    }

    private (uint Uid, uint Gid)? OwnerOf(TarEntry entry) => _options.NoOwner ? null : _options.Owner ?? (entry.Uid, entry.Gid);

    private static bool IsKept(ReadOnlySpan<byte> key) => !key.StartsWith("trusted.overlay."u8) && !key.StartsWith("user.overlay."u8);

    private static void CheckAttribute(int errno, byte[] path)
    {
        // As in Docker: an attribute that this file system or user cannot set is left out.
        if (errno is not (Errno.EOPNOTSUPP or Errno.EPERM or Errno.EINVAL))
        {
            Check(errno, "setxattr", path);
        }
    }

    private static FileTimes TimesOf(TarEntry entry)
    {
        (long Seconds, long Nanoseconds) modify = entry.Modified.Seconds < 0 ? (0, 0) : entry.Modified;
        (long Seconds, long Nanoseconds) access = entry.Accessed is { } a && a.CompareTo(modify) > 0 ? a : modify;
        return new FileTimes
        {
            AccessSeconds = access.Seconds,
            AccessNanoseconds = access.Nanoseconds,
            ModifySeconds = modify.Seconds,
            ModifyNanoseconds = modify.Nanoseconds,
        };
    }
}

namespace Quai.Linux.Trees;

/// <summary>
/// Empties a directory of any depth with a bounded number of open directories and a bounded stack: what is too deep is first moved up, into a
/// directory created for that in the tree's own root, and emptied from there. The work is linear in the number of entries.
/// </summary>
internal sealed unsafe class TreeRemoval
{
    /// <summary>The maximum number of open directories. Deeper ones are moved up.</summary>
    internal const int DeepestDescent = 64;

    /// <summary>The maximum depth where nothing can be moved, as overlayfs moves no directory of a lower layer.</summary>
    private const int DeepestUnmoved = 1024;

    private const int BufferSize = 32 * 1024, DeepBufferSize = 2 * 1024, TypeOffset = 18, NameOffset = 19;
    private const byte DirectoryType = 4;
    private const int ShallowLevels = 8;

    private readonly int _top;
    private readonly List<byte[]> _buffers = [];
    private byte[]? _atticName;
    private int _attic = -1;
    private ulong _atticInode;
    private long _moved;
    private int _attics;

    private TreeRemoval(int top) => _top = top;

    /// <summary>Removes everything in an open directory. Links are removed, never followed; a mount point stops it with <c>EBUSY</c>.</summary>
    /// <returns>0 or an error number.</returns>
    public static int TryEmpty(int directory)
    {
        var removal = new TreeRemoval(directory);
        try
        {
            return removal.Run();
        }
        finally
        {
            removal.CloseAttic();
        }
    }

    private int Run()
    {
        int errno = TryEmpty(_top, 0);
        while (errno == 0 && _atticName is { } name)
        {
            int full = _attic;
            _attic = -1;
            _atticName = null;
            errno = TryEmpty(full, 1);
            _ = FileCalls.TryClose(full);
            if (errno == 0)
            {
                fixed (byte* n = name)
                {
                    errno = FileCalls.TryUnlink(_top, n, FileCalls.AT_REMOVEDIR);
                }
            }
        }

        return errno;
    }

    private int TryEmpty(int directory, int depth)
    {
        if (depth >= DeepestUnmoved)
        {
            return Errno.ELOOP;
        }

        if (_buffers.Count <= depth)
        {
            _buffers.Add(GC.AllocateUninitializedArray<byte>(depth < ShallowLevels ? BufferSize : DeepBufferSize));
        }

        byte[] buffer = _buffers[depth];
        fixed (byte* b = buffer)
        {
            nint length;
            while ((length = FileCalls.TryReadEntries(directory, b, buffer.Length)) > 0)
            {
                for (nint at = 0; at < length; at += *(ushort*)(b + at + 16))
                {
                    byte* name = b + at + NameOffset;
                    if (FileCalls.IsDots(name) || (depth == 0 && _attic >= 0 && *(ulong*)(b + at) == _atticInode))
                    {
                        continue;
                    }

                    int errno = TryRemove(directory, name, *(b + at + TypeOffset) == DirectoryType, depth);
                    if (errno != 0)
                    {
                        return errno;
                    }
                }
            }

            return (int)-length;
        }
    }

    private int TryRemove(int directory, byte* name, bool isDirectory, int depth)
    {
        int errno = isDirectory ? Errno.EISDIR : FileCalls.TryUnlink(directory, name);
        if (errno is Errno.EISDIR or Errno.EPERM)
        {
            errno = FileCalls.TryUnlink(directory, name, FileCalls.AT_REMOVEDIR);
        }

        if (errno is 0 or Errno.ENOENT)
        {
            return 0;
        }

        if (errno is not (Errno.ENOTEMPTY or Errno.EEXIST))
        {
            return errno;
        }

        if (depth >= DeepestDescent && TryMoveUp(directory, name) is var moved and not Errno.EXDEV)
        {
            return moved;
        }

        int fd = Openat2.TryOpen(directory, name, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Openat2.RESOLVE_NO_XDEV);
        if (fd < 0)
        {
            return -fd == Errno.EXDEV ? Errno.EBUSY : -fd;
        }

        errno = TryEmpty(fd, depth + 1);
        _ = FileCalls.TryClose(fd);
        if (errno == 0)
        {
            errno = FileCalls.TryUnlink(directory, name, FileCalls.AT_REMOVEDIR);
        }

        return errno == Errno.ENOENT ? 0 : errno;
    }

    private int TryMoveUp(int directory, byte* name)
    {
        int errno = _attic >= 0 ? 0 : TryMakeAttic();
        if (errno != 0)
        {
            return errno;
        }

        fixed (byte* n = FileCalls.Terminated(_moved++.ToString()))
        {
            return FileCalls.TryRename(directory, name, _attic, n);
        }
    }

    private int TryMakeAttic()
    {
        while (true)
        {
            byte[] name = FileCalls.Terminated($".quai-removing-{_attics++}");
            fixed (byte* n = name)
            {
                int errno = FileCalls.TryMakeDirectory(_top, n, 0x1c0);
                if (errno == Errno.EEXIST)
                {
                    continue;
                }

                if (errno != 0)
                {
                    return errno;
                }

                int fd = Openat2.TryOpen(_top, n, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Openat2.RESOLVE_NO_XDEV);
                if (fd < 0)
                {
                    return -fd;
                }

                byte nothing = 0;
                errno = FileCalls.TryStatus(fd, &nothing, out FileStatus status);
                if (errno != 0)
                {
                    _ = FileCalls.TryClose(fd);
                    return errno;
                }

                (_attic, _atticName, _atticInode) = (fd, name, status.Inode);
                return 0;
            }
        }
    }

    private void CloseAttic()
    {
        if (_attic >= 0)
        {
            _ = FileCalls.TryClose(_attic);
            _attic = -1;
        }
    }
}

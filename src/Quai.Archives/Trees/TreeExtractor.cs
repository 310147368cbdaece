using System.Text;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Archives;

/// <summary>
/// Takes an archive apart beneath a directory of a root, as <c>docker cp</c> does: what is there is replaced, directories are merged.
/// The root may be changed meanwhile by somebody hostile: every path is walked by <c>openat2</c> with that root as <c>/</c>, and entries are made
/// and changed by open descriptors or without following links, so that nothing outside is read or written.
/// </summary>
internal sealed unsafe partial class TreeExtractor : IDisposable
{
    private const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;
    private const ulong Single = Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS;
    private const uint ImpliedDirectoryMode = 0x1ed; // 0755, as Docker makes directories that an archive does not name

    private readonly FileDescriptor _root;
    private readonly byte[] _destination;
    private readonly TreeExtractorOptions _options;
    private readonly List<(byte[] Path, FileTimes Times)> _times = [];
    private byte[]? _parentPath;
    private int _parent = -1;

    /// <param name="root">What counts as <c>/</c>; stays the caller's.</param>
    /// <param name="destination">The directory to fill, as seen from inside; it exists.</param>
    /// <param name="options">How.</param>
    public TreeExtractor(FileDescriptor root, string destination, TreeExtractorOptions options)
    {
        _root = root;
        _destination = Clean(Encoding.UTF8.GetBytes(destination));
        _options = options;
    }

    /// <summary>Takes the whole archive apart.</summary>
    /// <exception cref="QuaiException">The archive is broken, an entry leads outside the directory, or the kernel refused one.</exception>
    public void Extract(TarReader reader, CancellationToken cancellation)
    {
        while (reader.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            Extract(reader);
        }

        SetDirectoryTimes();
    }

    public void Dispose() => CloseParent();

    private void Extract(TarReader reader)
    {
        TarEntry entry = reader.Entry;
        byte[] path = Locate(Renamed(entry.Name), out bool isDestination)
            ?? throw QuaiException.System($"{TarText.Show(entry.Name)} is outside of {TarText.Show(_destination)}");
        // Docker leaves the destination itself as it is.
        if (isDestination && entry.Type == TarEntryType.Directory)
        {
            return;
        }

        int parent = OpenParent(path);
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        byte[] name = Terminated(path.AsSpan(slash + 1));
        if (name.Length == 1)
        {
            // The root itself: there is nothing above it to work in.
            return;
        }

        if (!MakeRoom(parent, name, path, entry))
        {
            return;
        }

        switch (entry.Type)
        {
            case TarEntryType.Directory:
                MakeDirectory(parent, name, path, entry);
                break;
            case TarEntryType.File or TarEntryType.Contiguous:
                MakeFile(reader, parent, name, path);
                break;
            case TarEntryType.HardLink:
                MakeHardLink(parent, name, path, entry);
                break;
            case TarEntryType.SymbolicLink:
                fixed (byte* n = name, target = entry.TerminatedLinkName)
                {
                    Check(FileCalls.TrySymlink(target, parent, n), "symlink", path);
                }

                Finish(parent, name, path, entry);
                break;
            case TarEntryType.CharacterDevice or TarEntryType.BlockDevice or TarEntryType.Fifo:
                MakeNode(parent, name, path, entry);
                break;
            default:
                throw QuaiException.System($"unhandled tar header type {(int)entry.Type}");
        }
    }

    /// <summary>An entry's path in the root: beneath the destination, or null. An archive's <c>..</c> counts by name, as Docker counts it.</summary>
    private byte[]? Locate(ReadOnlySpan<byte> name, out bool isDestination)
    {
        byte[] path = Clean([.. _destination, (byte)'/', .. name]);
        isDestination = path.AsSpan().SequenceEqual(_destination);
        return isDestination || _destination.Length == 1 || (path.AsSpan().StartsWith(_destination) && path[_destination.Length] == '/') ? path : null;
    }

    private ReadOnlySpan<byte> Renamed(ReadOnlySpan<byte> name)
    {
        if (_options.Rebase is not { } rebase)
        {
            return name;
        }

        int at = name.IndexOf(rebase.From);
        return at < 0 ? name : (byte[])[.. name[..at], .. rebase.To, .. name[(at + rebase.From.Length)..]];
    }

    /// <summary>Takes away what is in an entry's way; false when nothing is to be made.</summary>
    private bool MakeRoom(int parent, byte[] name, byte[] path, TarEntry entry)
    {
        fixed (byte* n = name)
        {
            int errno = FileCalls.TryStatus(parent, n, out FileStatus there);
            if (errno == Errno.ENOENT)
            {
                return true;
            }

            Check(errno, "lstat", path);
            bool directory = entry.Type == TarEntryType.Directory;
            if (_options.NoOverwriteDirNonDir && there.IsDirectory != directory)
            {
                throw QuaiException.System(there.IsDirectory
                    ? $"cannot overwrite directory {TarText.Show(path)} with non-directory {TarText.Show(_destination)}"
                    : $"cannot overwrite non-directory {TarText.Show(path)} with directory {TarText.Show(_destination)}");
            }

            if (!there.IsDirectory || !directory)
            {
                CloseParentBelow(path);
                Check(FileCalls.TryRemoveTree(parent, n), "unlinkat", path);
            }

            return true;
        }
    }

    /// <summary>The directory that an entry lies in, made if need be. The descriptor of the last one is kept: entries come by directory.</summary>
    private int OpenParent(ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/');
        ReadOnlySpan<byte> above = slash <= 0 ? "/"u8 : path[..slash];
        if (_parent >= 0 && above.SequenceEqual(_parentPath))
        {
            return _parent;
        }

        CloseParent();
        int fd = Open(above);
        if (fd == -Errno.ENOENT && above.Length > 1)
        {
            MakeParents(above);
            fd = Open(above);
        }

        if (fd < 0)
        {
            Check(-fd, "open", above);
        }

        _parent = fd;
        _parentPath = above.ToArray();
        return fd;
    }

    private void MakeParents(ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/');
        ReadOnlySpan<byte> above = slash <= 0 ? "/"u8 : path[..slash];
        int parent = Open(above);
        if (parent == -Errno.ENOENT && above.Length > 1)
        {
            MakeParents(above);
            parent = Open(above);
        }

        if (parent < 0)
        {
            Check(-parent, "open", above);
        }

        try
        {
            fixed (byte* n = Terminated(path[(slash + 1)..]))
            {
                int errno = FileCalls.TryMakeDirectory(parent, n, ImpliedDirectoryMode);
                Check(errno == Errno.EEXIST ? 0 : errno, "mkdir", path);
            }
        }
        finally
        {
            _ = FileCalls.TryClose(parent);
        }
    }

    private int Open(ReadOnlySpan<byte> path)
    {
        fixed (byte* p = Terminated(path))
        {
            return Openat2.TryOpen(_root.Number, p, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, Inside);
        }
    }

    private void CloseParent()
    {
        if (_parent >= 0)
        {
            _ = FileCalls.TryClose(_parent);
            _parent = -1;
            _parentPath = null;
        }
    }

    /// <summary>Forgets times of directories that are being taken away.</summary>
    private void CloseParentBelow(byte[] path) =>
        _times.RemoveAll(t => t.Path.AsSpan().StartsWith(path) && (t.Path.Length == path.Length || t.Path[path.Length] == '/'));

    private void SetDirectoryTimes()
    {
        CloseParent();
        foreach ((byte[] path, FileTimes times) in _times)
        {
            int slash = path.AsSpan().LastIndexOf((byte)'/');
            int parent = Open(slash <= 0 ? "/"u8 : path.AsSpan(0, slash));
            if (parent < 0)
            {
                continue;
            }

            fixed (byte* n = Terminated(path.AsSpan(slash + 1)))
            {
                _ = FileCalls.TrySetTimes(parent, n, times);
            }

            _ = FileCalls.TryClose(parent);
        }

        _times.Clear();
    }

    /// <summary>An absolute path without empty, <c>.</c> and <c>..</c> parts.</summary>
    private static byte[] Clean(ReadOnlySpan<byte> path)
    {
        byte[] result = new byte[path.Length + 1];
        int length = 0;
        while (!path.IsEmpty)
        {
            int slash = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> part = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            if (part.SequenceEqual(".."u8))
            {
                length = Math.Max(0, result.AsSpan(0, length).LastIndexOf((byte)'/'));
            }
            else if (!part.IsEmpty && !part.SequenceEqual("."u8))
            {
                result[length++] = (byte)'/';
                part.CopyTo(result.AsSpan(length));
                length += part.Length;
            }
        }

        return length == 0 ? "/"u8.ToArray() : result[..length];
    }

    private static byte[] Terminated(ReadOnlySpan<byte> text)
    {
        byte[] result = new byte[text.Length + 1];
        text.CopyTo(result);
        return result;
    }

    private static void Check(int errno, string call, ReadOnlySpan<byte> path)
    {
        if (errno != 0)
        {
            throw QuaiException.System($"{call} {Encoding.UTF8.GetString(path)}: {Errno.Message(errno)}", new LinuxException(call, errno));
        }
    }
}

/// <summary>How an archive is taken apart.</summary>
internal sealed record TreeExtractorOptions
{
    /// <summary>Refuses to put a directory where something else is, and something else where a directory is.</summary>
    public bool NoOverwriteDirNonDir { get; init; }

    /// <summary>The owner of everything; null for the archive's.</summary>
    public (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Whether owners are left as they come about.</summary>
    public bool NoOwner { get; init; }

    /// <summary>What of each name, where it first occurs, is replaced by what.</summary>
    public (byte[] From, byte[] To)? Rebase { get; init; }
}

using System.Text;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Archives;

/// <summary>
/// Extracts an archive beneath a directory of a root, as <c>docker cp</c> does: existing entries are replaced, directories are merged.
/// A hostile party may change the root meanwhile: every path is walked by <c>openat2</c> with that root as <c>/</c>, and entries are created
/// and changed by open descriptors or without following links, so that nothing outside is read or written.
/// </summary>
public sealed unsafe partial class TreeExtractor : IDisposable
{
    private const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;
    private const ulong Single = Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS;
    private const uint ImpliedDirectoryMode = 0x1ed; // 0755, as Docker makes directories that an archive does not name

    private const int SmallestHole = 4096;

    private readonly FileDescriptor _root;
    private readonly byte[] _destination;
    private readonly TreeExtractorOptions _options;
    private readonly DirectoryTimes _times;
    private byte[]? _parentPath;
    private int _parent = -1;

    /// <summary>Prepares the extraction; nothing is changed yet.</summary>
    /// <param name="root">What counts as <c>/</c>; owned by the caller.</param>
    /// <param name="destination">The directory to fill, as seen from inside; it exists.</param>
    /// <param name="options">How.</param>
    public TreeExtractor(FileDescriptor root, string destination, TreeExtractorOptions options)
    {
        _root = root;
        _destination = Clean(Encoding.UTF8.GetBytes(destination));
        _options = options;
        _times = new DirectoryTimes(SetTimes);
    }

    /// <summary>Extracts the whole archive.</summary>
    /// <exception cref="QuaiException">The archive is broken, an entry leads outside the directory, or the kernel refused one.</exception>
    public void Extract(TarReader reader, CancellationToken cancellation)
    {
        while (reader.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            Extract(reader);
        }

        CloseParent();
        _times.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => CloseParent();

    private void Extract(TarReader reader)
    {
        TarEntry entry = reader.Entry;
        byte[] path = Locate(Renamed(entry.Name), out bool isDestination)
            ?? throw QuaiException.System($"{TarText.Show(entry.Name)} is outside of {TarText.Show(_destination)}");
        if (isDestination && entry.Type == TarEntryType.Directory)
        {
            if (_options.ChangeDestination && path.Length == 1)
            {
                SetAttributes(_root.Number, entry, path);
                _times.Add(path, Linux.Trees.NodeStatusReader.Read(_root).Inode, TimesOf(entry));
            }

            // Docker leaves the destination itself unchanged.
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

    /// <summary>An entry's path in the root: beneath the destination, or null. An archive's <c>..</c> is resolved lexically, as in Docker.</summary>
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

    /// <summary>Removes what is in an entry's way; false if nothing is to be created.</summary>
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
                    ? $"cannot overwrite directory {TarText.Show(Relative(path))} with non-directory {TarText.Show(_destination)}"
                    : $"cannot overwrite non-directory {TarText.Show(Relative(path))} with directory {TarText.Show(_destination)}");
            }

            if (!there.IsDirectory || !directory)
            {
                // The kernel refuses to remove a mount point only if it is one in this namespace; in all other namespaces the mounts vanish with the name.
                if (there.IsMountRoot || (there.IsDirectory && FileCalls.HoldsMount(parent, n)))
                {
                    throw QuaiException.System($"RemoveAll {TarText.Show(Relative(path)).Trim('"')}: {Errno.Message(Errno.EBUSY)}", new LinuxException("unlinkat", Errno.EBUSY));
                }

                Check(FileCalls.TryRemoveTree(parent, n), "unlinkat", path);
            }

            return true;
        }
    }

    /// <summary>A path as seen from the destination.</summary>
    private ReadOnlySpan<byte> Relative(ReadOnlySpan<byte> path) =>
        path.Length > _destination.Length && path.StartsWith(_destination) ? path[(_destination.Length == 1 ? 1 : _destination.Length + 1)..] : path;

    /// <summary>The directory that contains an entry, created if needed. The last one's descriptor is kept: entries come by directory.</summary>
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

    /// <summary>Creates the missing directories of a path: one call after another from the last existing one, so that depth costs only once.</summary>
    private void MakeParents(ReadOnlySpan<byte> path)
    {
        int parent = OpenExisting(path, out int there);
        try
        {
            for (ReadOnlySpan<byte> missing = path[(there + 1)..]; !missing.IsEmpty;)
            {
                int slash = missing.IndexOf((byte)'/');
                byte[] name = Terminated(slash < 0 ? missing : missing[..slash]);
                missing = slash < 0 ? default : missing[(slash + 1)..];
                fixed (byte* n = name)
                {
                    int errno = FileCalls.TryMakeDirectory(parent, n, ImpliedDirectoryMode);
                    Check(errno == Errno.EEXIST ? 0 : errno, "mkdir", path);
                    int next = Openat2.TryOpen(parent, n, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Single);
                    Check(next < 0 ? -next : 0, "open", path);
                    if (errno == 0)
                    {
                        // What the umask removed.
                        _ = FileCalls.TryChangeMode(next, ImpliedDirectoryMode);
                    }

                    _ = FileCalls.TryClose(parent);
                    parent = next;
                }
            }
        }
        finally
        {
            _ = FileCalls.TryClose(parent);
        }
    }

    /// <summary>Opens the longest existing part of a path, found by bisection.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="length">The length of that part; 0 for the root.</param>
    private int OpenExisting(ReadOnlySpan<byte> path, out int length)
    {
        List<int> ends = [];
        for (int i = 1; i < path.Length; i++)
        {
            if (path[i] == '/')
            {
                ends.Add(i);
            }
        }

        length = 0;
        int found = -1, low = 0, high = ends.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            int fd = Open(path[..ends[middle]]);
            if (fd >= 0)
            {
                _ = found < 0 ? 0 : FileCalls.TryClose(found);
                (found, length, low) = (fd, ends[middle], middle + 1);
            }
            else if (-fd == Errno.ENOENT)
            {
                high = middle;
            }
            else
            {
                _ = found < 0 ? 0 : FileCalls.TryClose(found);
                Check(-fd, "open", path[..ends[middle]]);
            }
        }

        found = found < 0 ? Open("/"u8) : found;
        Check(found < 0 ? -found : 0, "open", path);
        return found;
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

    /// <summary>Sets a directory's times, unless something else has taken its place.</summary>
    private void SetTimes(byte[] path, ulong inode, FileTimes times)
    {
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        int parent = Open(slash <= 0 ? "/"u8 : path.AsSpan(0, slash));
        if (parent < 0)
        {
            return;
        }

        fixed (byte* n = Terminated(path.AsSpan(slash + 1)))
        {
            if (FileCalls.TryStatus(parent, n, out FileStatus now) == 0 && now.IsDirectory && now.Inode == inode)
            {
                _ = FileCalls.TrySetTimes(parent, n, times);
            }
        }

        _ = FileCalls.TryClose(parent);
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

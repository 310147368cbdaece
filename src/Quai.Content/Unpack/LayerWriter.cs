using Quai.Archives;
using Quai.Errors;
using Quai.Linux.Mounts;
using Quai.Linux;

namespace Quai.Content.Unpack;

/// <summary>
/// Writes a layer's entries below one directory as overlayfs wants a lower layer: a whiteout is a character device 0/0,
/// an opaque directory has <see cref="OverlayMarks.Opaque"/>. Parents are opened by <c>openat2</c> beneath the root and entries made
/// in them by their last part alone, so that no link and no <c>..</c> leads outside. The result matches Docker's overlay2.
/// </summary>
/// <remarks>Not thread-safe. Requires root.</remarks>
/// <param name="root">The directory; owned by the caller.</param>
/// <param name="overwritten">Where replaced entries go; owned by the caller.</param>
internal sealed unsafe partial class LayerWriter(int root, Overwritten overwritten) : IDisposable
{
    private const ulong Single = Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS;
    private const uint ImpliedDirectoryMode = 0x1ed; // 0755, as Docker makes directories that a layer does not name

    private readonly DirectoryCache _directories = new(root);
    private readonly EntryPath _path = new();
    private readonly EntryPath _target = new();

    /// <summary>Bytes of regular files and link targets written, as Docker counts an image's size.</summary>
    public long Size { get; private set; }

    /// <summary>Unpacks the reader's current entry.</summary>
    public void Write(TarReader reader)
    {
        TarEntry entry = reader.Entry;
        _path.Set(entry.Name, entry);

        // The root's own entry changes nothing: Docker leaves a layer's root as it creates it.
        if (_path.IsRoot)
        {
            if (entry.Type != TarEntryType.Directory)
            {
                throw LayerErrors.Failed("open", Errno.EISDIR, entry);
            }

            return;
        }

        // Except for the marker of an opaque root, these are aufs's own bookkeeping.
        if (_path.Whole.StartsWith(".wh..wh."u8) && !_path.Whole.SequenceEqual(OpaqueMark))
        {
            return;
        }

        int parent = OpenParent(_path.Parent, entry, make: true, out bool setGid);
        if (_path.Base.StartsWith(".wh."u8))
        {
            WriteWhiteout(parent, entry);
            return;
        }

        switch (entry.Type)
        {
            case TarEntryType.File or TarEntryType.Contiguous:
                WriteFile(reader, parent, setGid);
                break;
            case TarEntryType.Directory:
                WriteDirectory(entry, parent, setGid);
                break;
            case TarEntryType.HardLink:
                WriteHardLink(entry, parent);
                break;
            case TarEntryType.SymbolicLink:
                WriteSymbolicLink(entry, parent, setGid);
                break;
            case TarEntryType.CharacterDevice or TarEntryType.BlockDevice or TarEntryType.Fifo:
                WriteNode(entry, parent, setGid);
                break;
            default:
                throw QuaiException.Invalid($"layer entry {entry.DisplayName} has the unknown type '{(char)entry.Type}'");
        }
    }

    /// <summary>Sets the times of the directories that are still open, since every entry created in them had changed them.</summary>
    public void Finish() => _directories.Clear();

    public void Dispose() => _directories.Dispose();

    /// <summary>
    /// The directory that contains an entry. A link on the way is followed with the layer's root as <c>/</c>, so that an absolute one, or one that climbs too far,
    /// leads where it will lead in the container. A layer with one that leads to nothing in it is refused, as in Docker.
    /// </summary>
    private int OpenParent(ReadOnlySpan<byte> parent, TarEntry entry, bool make, out bool setGid)
    {
        int fd = _directories.Get(parent, out setGid);
        if (fd >= 0)
        {
            return fd;
        }

        switch (-fd)
        {
            case Errno.ENOENT when make:
                return MakeParent(parent, entry, out setGid);
            case Errno.EXDEV:
                throw LayerErrors.Outside(entry);
            default:
                throw LayerErrors.Failed("open", -fd, entry);
        }
    }

    /// <summary>Creates the missing directories of a path: one call after another from the last existing one, so that depth costs only once.</summary>
    private int MakeParent(ReadOnlySpan<byte> path, TarEntry entry, out bool setGid)
    {
        int there = _directories.FindExisting(path);
        if (there < 0)
        {
            throw -there == Errno.EXDEV ? LayerErrors.Outside(entry) : LayerErrors.Failed("open", -there, entry);
        }

        int above = OpenParent(path[..there], entry, make: false, out _);
        ReadOnlySpan<byte> missing = path[(there == 0 ? 0 : there + 1)..];
        byte[] name = new byte[missing.Length + 1];
        int made = -1;
        try
        {
            while (!missing.IsEmpty)
            {
                int slash = missing.IndexOf((byte)'/');
                ReadOnlySpan<byte> part = slash < 0 ? missing : missing[..slash];
                missing = slash < 0 ? default : missing[(slash + 1)..];
                part.CopyTo(name);
                name[part.Length] = 0;
                fixed (byte* n = name)
                {
                    int next = MakeImplied(made < 0 ? above : made, n, entry);
                    _ = made < 0 ? 0 : FileCalls.TryClose(made);
                    made = next;
                }
            }
        }
        finally
        {
            _ = made < 0 ? 0 : FileCalls.TryClose(made);
        }

        int fd = _directories.Get(path, out setGid);
        return fd >= 0 ? fd : throw LayerErrors.Failed("open", -fd, entry);
    }

    private static int MakeImplied(int above, byte* name, TarEntry entry)
    {
        int errno = FileCalls.TryMakeDirectory(above, name, ImpliedDirectoryMode);
        if (errno == 0)
        {
            errno = FileCalls.TryChangeOwner(above, name, 0, 0);
            errno = errno != 0 ? errno : FileCalls.TryChangeMode(above, name, ImpliedDirectoryMode);
        }
        else if (errno == Errno.EEXIST)
        {
            // A dangling link has the directory's name.
            throw LayerErrors.Outside(entry);
        }

        if (errno != 0)
        {
            throw LayerErrors.Failed("mkdir", errno, entry);
        }

        int fd = Openat2.TryOpen(above, name, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, Single);
        return fd >= 0 ? fd : throw LayerErrors.Failed("open", -fd, entry);
    }

    /// <summary>
    /// Removes what already has the entry's name; a later entry of a layer wins. Cached paths through it are forgotten, and the parent is opened again.
    /// </summary>
    private void RemoveExisting(ref int parent, ref bool setGid, byte* name, TarEntry entry)
    {
        Check(FileCalls.TryStatus(parent, name, out FileStatus status), "stat", entry);
        Check(overwritten.TryTake(parent, name), "remove", entry);
        if (status.IsDirectory || (status.Mode & FileCalls.S_IFMT) == FileCalls.S_IFLNK)
        {
            _directories.Clear();
            parent = OpenParent(_path.Parent, entry, make: false, out setGid);
        }
    }

    /// <summary>Counts bytes; an absurdly large claimed size saturates at the maximum.</summary>
    private void Count(long bytes) => Size = Size > long.MaxValue - bytes ? long.MaxValue : Size + bytes;

    private static FileTimes TimesOf(TarEntry entry)
    {
        (long Seconds, long Nanoseconds) modify = NotBefore1970(entry.Modified);
        (long Seconds, long Nanoseconds) access = entry.Accessed is { } a && a.CompareTo(modify) > 0 ? a : modify;
        return new FileTimes
        {
            AccessSeconds = access.Seconds,
            AccessNanoseconds = access.Nanoseconds,
            ModifySeconds = modify.Seconds,
            ModifyNanoseconds = modify.Nanoseconds,
        };
    }

    /// <summary>Docker has no time before 1970.</summary>
    private static (long Seconds, long Nanoseconds) NotBefore1970((long Seconds, long Nanoseconds) time) => time.Seconds < 0 ? (0, 0) : time;
}

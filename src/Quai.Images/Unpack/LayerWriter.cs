using Quai.Archives;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Images.Unpack;

/// <summary>
/// Writes a layer's entries below one directory as overlayfs wants a lower layer: a whiteout is a character device 0/0,
/// an opaque directory has <c>trusted.overlay.opaque=y</c>. Parents are opened by <c>openat2</c> beneath the root and entries made
/// in them by their last part alone, so that no link and no <c>..</c> leads outside. The result is what Docker's overlay2 has.
/// </summary>
/// <remarks>Not for several threads. Needs to be root.</remarks>
internal sealed unsafe partial class LayerWriter(int root) : IDisposable
{
    private const ulong Single = Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS;
    private const uint ImpliedDirectoryMode = 0x1ed; // 0755, as Docker makes directories that a layer does not name

    private readonly DirectoryCache _directories = new(root);
    private readonly List<(byte[] Path, FileTimes Times)> _times = [];
    private readonly EntryPath _path = new();
    private readonly EntryPath _target = new();
    private readonly uint _umask = FileCalls.Umask;

    /// <summary>Bytes of regular files and links' targets written, as Docker counts an image's size.</summary>
    public long Size { get; private set; }

    /// <summary>Unpacks the entry that the reader stands at.</summary>
    public void Write(TarReader reader)
    {
        TarEntry entry = reader.Entry;
        _path.Set(entry.Name, entry);

        // The root's own entry changes nothing: Docker leaves a layer's root as it makes it.
        if (_path.IsRoot)
        {
            if (entry.Type != TarEntryType.Directory)
            {
                throw LayerErrors.Failed("open", Errno.EISDIR, entry);
            }

            return;
        }

        // Apart from the mark of an opaque root these are aufs's own bookkeeping.
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

    /// <summary>Sets the directories' times, which every entry made in them had changed.</summary>
    public void Finish()
    {
        foreach ((byte[] path, FileTimes times) in _times)
        {
            int slash = path.AsSpan().LastIndexOf((byte)'/');
            int parent = _directories.Get(slash < 0 ? default : path.AsSpan(0, slash), out _);
            if (parent < 0)
            {
                continue;
            }

            fixed (byte* name = path)
            {
                _ = FileCalls.TrySetTimes(parent, name + slash + 1, times);
            }
        }
    }

    public void Dispose() => _directories.Dispose();

    /// <summary>
    /// The directory an entry lies in. A link on the way that stays beneath the root is followed; one that does not, because it is
    /// absolute or climbs too far, makes the layer refused: no tool that packs a real file system writes an entry through a link.
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

    private int MakeParent(ReadOnlySpan<byte> path, TarEntry entry, out bool setGid)
    {
        int slash = path.LastIndexOf((byte)'/');
        int above = OpenParent(slash < 0 ? default : path[..slash], entry, make: true, out _);
        byte[] name = new byte[path.Length - slash];
        path[(slash + 1)..].CopyTo(name);
        fixed (byte* n = name)
        {
            int errno = FileCalls.TryMakeDirectory(above, n, ImpliedDirectoryMode);
            if (errno == 0)
            {
                errno = FileCalls.TryChangeOwner(above, n, 0, 0);
                errno = errno != 0 ? errno : FileCalls.TryChangeMode(above, n, ImpliedDirectoryMode);
            }
            else if (errno == Errno.EEXIST)
            {
                // A link to nowhere has the name of the directory.
                throw LayerErrors.Outside(entry);
            }

            if (errno != 0)
            {
                throw LayerErrors.Failed("mkdir", errno, entry);
            }
        }

        int fd = _directories.Get(path, out setGid);
        return fd >= 0 ? fd : throw LayerErrors.Failed("open", -fd, entry);
    }

    /// <summary>Takes away what has the entry's name already; a later entry of a layer wins.</summary>
    private void RemoveExisting(int parent, byte* name, TarEntry entry)
    {
        int errno = FileCalls.TryRemoveTree(parent, name);
        if (errno != 0)
        {
            throw LayerErrors.Failed("remove", errno, entry);
        }

        ReadOnlySpan<byte> path = _path.Whole;
        for (int i = _times.Count - 1; i >= 0; i--)
        {
            ReadOnlySpan<byte> recorded = _times[i].Path.AsSpan(0, _times[i].Path.Length - 1);
            if (recorded.StartsWith(path) && (recorded.Length == path.Length || recorded[path.Length] == '/'))
            {
                _times.RemoveAt(i);
            }
        }
    }

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

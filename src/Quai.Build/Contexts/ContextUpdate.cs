using Quai.Build.Sessions;
using Quai.Build.Trees;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Contexts;

/// <summary>
/// Takes a context as it arrives, beside the one that came before: what is the same gets another name of the same file, and only the rest is asked for, digested while it comes.
/// As long as nothing differs, nothing is made at all.
/// </summary>
/// <param name="before">The context that came before; null for none.</param>
/// <param name="beforeDirectory">Its folder.</param>
/// <param name="directory">An empty folder for what is new.</param>
internal sealed unsafe class ContextUpdate(ContextManifest? before, string? beforeDirectory, string directory) : IContextUpdate, IDisposable
{
    private const ulong Inside = Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS;

    private readonly List<(string Path, string First)> _names = [];
    private readonly List<ContextRecord> _records = [];
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal) { "" };
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private FileDescriptor? _root;
    private FileDescriptor? _beforeRoot;
    private int _open;

    /// <summary>Whether something was made; if not, the context is the one that came before.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Bytes that were sent.</summary>
    public long Received { get; private set; }

    /// <inheritdoc/>
    public bool Take(ContextEntry entry)
    {
        Check(entry);
        int index = _records.Count;
        if (!IsNew && before is not null && index < before.Records.Count && before.Records[index] is { } expected && expected.Entry.Path == entry.Path && expected.IsAs(entry))
        {
            _records.Add(expected);
            return false;
        }

        MakeSure();
        if (before?.Find(entry.Path) is { } known && known.IsAs(entry) && entry is { Kind: ContextEntryKind.File, LinkName: "" })
        {
            _records.Add(known);
            Link(entry.Path);
            return false;
        }

        _records.Add(new ContextRecord(entry, []));
        return Make(entry);
    }

    /// <inheritdoc/>
    public Stream Open(int index)
    {
        ContextEntry entry = _records[index].Entry;
        fixed (byte* path = MergedTree.Name(entry.Path))
        {
            int fd = Openat2.TryOpen(_root!.Number, path, FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_CLOEXEC | FileCalls.O_NOFOLLOW, 0x180, Inside);
            var file = new FileDescriptor(fd >= 0 ? fd : throw new LinuxException("open", -fd, entry.Path));
            _open++;
            return new ContextFile(file, (digest, length) => Finish(index, file, digest, length));
        }
    }

    /// <summary>Ends the context: all entries have been taken, and all that was wanted has come.</summary>
    /// <returns>The context that is here now.</returns>
    /// <exception cref="QuaiException">A file's content did not come.</exception>
    public ContextManifest Complete()
    {
        if (!IsNew && before is not null && before.Records.Count == _records.Count)
        {
            return before;
        }

        MakeSure();
        if (_open > 0 || _records.Exists(r => r.Entry is { Kind: ContextEntryKind.File, LinkName: "" } && r.Digest.Length == 0))
        {
            throw QuaiException.Invalid("the client did not send all files of the context");
        }

        Dictionary<string, byte[]> digests = _records.ToDictionary(r => r.Entry.Path, r => r.Digest);
        for (int i = 0; i < _records.Count; i++)
        {
            if (_records[i].Entry is { Kind: ContextEntryKind.File, LinkName.Length: > 0 } other)
            {
                digests[other.Path] = digests[other.LinkName];
                _records[i] = _records[i] with { Digest = digests[other.LinkName] };
            }
        }

        foreach ((string path, string first) in _names)
        {
            fixed (byte* name = MergedTree.Name(path), known = MergedTree.Name(first))
            {
                UpperLayer.Check(FileCalls.TryLink(_root!.Number, known, _root.Number, name), "link", path);
            }
        }

        // Entries that were made in them have changed their times.
        foreach (ContextRecord record in Enumerable.Reverse(_records))
        {
            if (record.Entry.Kind == ContextEntryKind.Directory)
            {
                using FileDescriptor directory = Openat2.Open(_root!.Number, record.Entry.Path, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, Inside);
                UpperLayer.SetTime(directory, record.Entry.ModifiedAt);
            }
        }

        return new ContextManifest([.. _records]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _root?.Dispose();
        _beforeRoot?.Dispose();
    }

    private void Check(ContextEntry entry)
    {
        string path = entry.Path;
        if (path.Length == 0 || path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal) || path.Split('/').Any(p => p is "" or "." or ".."))
        {
            throw QuaiException.Invalid($"the client sent the path {path} as part of the context, which is not one");
        }

        int slash = path.LastIndexOf('/');
        if (!_directories.Contains(slash < 0 ? "" : path[..slash]))
        {
            throw QuaiException.Invalid($"the client sent {path} before its directory, or what is not a directory");
        }

        if (!(entry.Kind == ContextEntryKind.Directory ? _directories : _files).Add(path) || (entry.Kind == ContextEntryKind.Directory ? _files : _directories).Contains(path))
        {
            throw QuaiException.Invalid($"the client sent {path} twice");
        }

        if (entry is { Kind: ContextEntryKind.File, LinkName.Length: > 0 } && !_files.Contains(entry.LinkName))
        {
            throw QuaiException.Invalid($"the client sent {path} as another name of {entry.LinkName}, which it did not send before");
        }
    }

    /// <summary>Begins a layer, and makes in it what was the same so far.</summary>
    private void MakeSure()
    {
        if (IsNew)
        {
            return;
        }

        IsNew = true;
        _root = RootedFiles.OpenDirectory(directory);
        _beforeRoot = beforeDirectory is null ? null : RootedFiles.OpenDirectory(beforeDirectory);
        foreach (ContextRecord record in _records)
        {
            if (record.Entry is { Kind: ContextEntryKind.File, LinkName: "" })
            {
                Link(record.Entry.Path);
            }
            else
            {
                Make(record.Entry);
            }
        }
    }

    private void Link(string path)
    {
        fixed (byte* name = MergedTree.Name(path))
        {
            // Nobody but this process has ever written to either tree, and neither has a link among a path's directories.
            UpperLayer.Check(FileCalls.TryLink(_beforeRoot!.Number, name, _root!.Number, name), "link", path);
        }
    }

    /// <summary>Makes what has no content; says whether the entry has some, which is to be sent.</summary>
    private bool Make(ContextEntry entry)
    {
        string path = entry.Path;
        int root = _root!.Number;
        fixed (byte* name = MergedTree.Name(path))
        {
            switch (entry.Kind)
            {
                case ContextEntryKind.Directory:
                    UpperLayer.Check(FileCalls.TryMakeDirectory(root, name, 0x1c0), "mkdir", path);
                    UpperLayer.Check(FileCalls.TryChangeMode(root, name, (uint)entry.Mode & 0xfff), "chmod", path);
                    return false;
                case ContextEntryKind.Link:
                    fixed (byte* target = MergedTree.Name(entry.LinkName))
                    {
                        UpperLayer.Check(FileCalls.TrySymlink(target, root, name), "symlink", path);
                    }

                    break;
                case ContextEntryKind.File when entry.LinkName.Length > 0:
                    // When the file is there: its content comes later.
                    _names.Add((path, entry.LinkName));
                    return false;
                case ContextEntryKind.File:
                    return true;
                case ContextEntryKind.Socket:
                    return false;
                default:
                    uint kind = entry.Kind switch { ContextEntryKind.Pipe => FileCalls.S_IFIFO, ContextEntryKind.BlockDevice => FileCalls.S_IFBLK, _ => FileCalls.S_IFCHR };
                    if (kind == FileCalls.S_IFCHR && entry is { DeviceMajor: 0, DeviceMinor: 0 })
                    {
                        throw QuaiException.Invalid($"{path} of the context is a device 0, 0, which no file can be");
                    }

                    UpperLayer.Check(FileCalls.TryMakeNode(root, name, kind | ((uint)entry.Mode & 0xfff), (uint)entry.DeviceMajor, (uint)entry.DeviceMinor), "mknod", path);
                    UpperLayer.Check(FileCalls.TryChangeMode(root, name, (uint)entry.Mode & 0xfff), "chmod", path);
                    break;
            }

            UpperLayer.Check(FileCalls.TrySetTimes(root, name, UpperLayer.Times(entry.ModifiedAt)), "utimensat", path);
            return false;
        }
    }

    private void Finish(int index, FileDescriptor file, byte[] digest, long length)
    {
        ContextEntry entry = _records[index].Entry;
        UpperLayer.Check(FileCalls.TryChangeMode(file.Number, (uint)entry.Mode & 0xfff), "chmod", entry.Path);
        foreach ((string name, byte[] value) in entry.Attributes)
        {
            fixed (byte* n = MergedTree.Name(name))
            {
                int errno = name.StartsWith("trusted.", StringComparison.Ordinal) ? Errno.EOPNOTSUPP : Xattrs.TrySet(file.Number, n, value);
                UpperLayer.Check(errno == Errno.EOPNOTSUPP ? 0 : errno, "fsetxattr", entry.Path);
            }
        }

        UpperLayer.SetTime(file, entry.ModifiedAt);
        _records[index] = _records[index] with { Digest = digest };
        Received += length;
        _open--;
    }
}

using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.BuildClient.Files;

/// <summary>A folder of this machine as a builder is sent it: owners do not matter, sockets are left out.</summary>
internal sealed class LocalTree : ISentTree
{
    private const int EntriesAtOnce = 4096;

    private readonly string _root;
    private readonly PathChoice _choice;
    private readonly Dictionary<(uint, uint, ulong), string> _seen = [];
    private readonly HashSet<string> _sockets = new(StringComparer.Ordinal);

    /// <summary>Chooses files of a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="include">Patterns of what is sent.</param>
    /// <param name="exclude">Patterns of what is not.</param>
    /// <param name="follow">Paths that are sent with what they lead to.</param>
    public LocalTree(string root, IReadOnlyCollection<string> include, IEnumerable<string> exclude, IReadOnlyCollection<string> follow)
    {
        _root = root;
        _choice = new PathChoice(follow.Count == 0 ? include : [.. include, .. new FollowedPaths(root).Find(follow)], exclude);
    }

    /// <summary>Whether the files' extended attributes are told.</summary>
    public bool HasAttributes { get; init; } = true;

    /// <inheritdoc/>
    public IEnumerable<ContextEntry> Entries()
    {
        using FileDescriptor root = RootedFiles.OpenDirectory(_root);
        foreach (ContextEntry entry in Entries(root, "", []))
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public Stream Open(string path)
    {
        if (_sockets.Contains(path))
        {
            return Stream.Null;
        }

        try
        {
            return new FileStream(Path.Combine(_root, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (UnauthorizedAccessException e)
        {
            throw QuaiException.System($"open {path}: permission denied", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw QuaiException.NotFound($"open {path}: no such file or directory", e);
        }
    }

    // Directories that are not chosen themselves are sent once something in them is.
    private IEnumerable<ContextEntry> Entries(FileDescriptor directory, string path, List<ContextEntry> waiting)
    {
        foreach (FoundEntry found in Found(directory))
        {
            (byte[] name, NodeStatus status, _) = found;
            string text = Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1)), inner = path.Length == 0 ? text : $"{path}/{text}";
            bool chosen = _choice.Has(inner);
            if (chosen && !Utf8.IsValid(name))
            {
                throw QuaiException.Invalid($"the name of a file in the context is not UTF-8: \"{(path.Length == 0 ? "" : path + "/")}{Escaped(name)}\": rename it, or leave it out by the ignore file");
            }

            if (!chosen && !status.IsDirectory)
            {
                continue;
            }

            ContextEntry entry = Describe(directory, inner, found);

            if (chosen)
            {
                foreach (ContextEntry parent in waiting)
                {
                    yield return parent;
                }

                waiting.Clear();
                yield return entry;
            }

            if (!status.IsDirectory || !_choice.MayHaveBelow(inner))
            {
                continue;
            }

            using FileDescriptor? opened = TreeEntries.TryOpenDirectory(directory.Number, name);
            if (opened is null)
            {
                continue;
            }

            if (!chosen)
            {
                waiting.Add(entry);
            }

            foreach (ContextEntry below in Entries(opened, inner, waiting))
            {
                yield return below;
            }

            waiting.Remove(entry);
        }
    }

    // Of a large directory many at once, but not all: they are three times as large as what is made of them.
    private IEnumerable<FoundEntry> Found(FileDescriptor directory)
    {
        List<byte[]> names = TreeEntries.NextNames(directory.Number, int.MaxValue);
        for (int start = 0; start < names.Count; start += EntriesAtOnce)
        {
            foreach (FoundEntry? found in TreeEntries.Find(directory.Number, names.GetRange(start, Math.Min(EntriesAtOnce, names.Count - start)), HasAttributes))
            {
                if (found is { } there)
                {
                    yield return there;
                }
            }
        }
    }

    // As a shell writes it.
    private static string Escaped(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        foreach (byte b in name.TrimEnd((byte)0))
        {
            text = b is >= 0x20 and < 0x7f ? text.Append((char)b) : text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return text.ToString();
    }

    private static Dictionary<string, byte[]> AttributesOf(FileDescriptor directory, byte[] name) => TreeEntries.Attributes(directory.Number, name)
        .Where(a => TreeAttributes.IsOfTheFile(a.Name)).ToDictionary(a => Encoding.UTF8.GetString(a.Name), a => a.Value);

    private ContextEntry Describe(FileDescriptor directory, string path, in FoundEntry found)
    {
        (byte[] name, NodeStatus status, bool hasAttributes) = found;
        ContextEntryKind known = (status.Mode & FileCalls.S_IFMT) switch
        {
            FileCalls.S_IFDIR => ContextEntryKind.Directory,
            FileCalls.S_IFLNK => ContextEntryKind.Link,
            FileCalls.S_IFIFO => ContextEntryKind.Pipe,
            FileCalls.S_IFCHR => ContextEntryKind.CharacterDevice,
            FileCalls.S_IFBLK => ContextEntryKind.BlockDevice,
            _ => ContextEntryKind.File,
        };
        bool isSocket = (status.Mode & FileCalls.S_IFMT) == FileCalls.S_IFSOCK;
        if (isSocket)
        {
            // An empty file, as from other clients.
            _sockets.Add(path);
        }

        string link = known == ContextEntryKind.Link && TreeEntries.TryReadLink(directory.Number, name) is { } target ? Encoding.UTF8.GetString(target) : "";
        if (known == ContextEntryKind.File && !isSocket && status.Links > 1 && !_seen.TryAdd((status.DeviceMajor, status.DeviceMinor, status.Inode), path))
        {
            link = _seen[(status.DeviceMajor, status.DeviceMinor, status.Inode)];
        }

        return new ContextEntry(path, known, (int)(status.Mode & 0xfff))
        {
            Size = known == ContextEntryKind.File && !isSocket ? (long)status.Size : 0,
            ModifiedAt = (status.ModifiedSeconds * 1_000_000_000L) + status.ModifiedNanoseconds,
            ChangedAt = status.ChangedAt,
            LinkName = link,
            DeviceMajor = status.NodeMajor,
            DeviceMinor = status.NodeMinor,
            Attributes = hasAttributes ? AttributesOf(directory, name) : ContextEntry.NoAttributes,
        };
    }
}

using Quai.Linux.Mounts;
using System.Runtime.CompilerServices;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Archives;

/// <summary>
/// Packs files and directories into a tar archive, in the order of their names; a directory of more than 65,536 entries comes in several such runs. A hostile party may change the files meanwhile:
/// every step uses an open directory and a single name, and no link is followed. A file with several names is packed once, as in Docker;
/// sockets are left out.
/// </summary>
/// <param name="tar">The destination.</param>
/// <param name="options">How to pack.</param>
/// <param name="cancellation">Checked at every entry and every piece of content.</param>
public sealed class TreePacker(TarWriter tar, TreePackerOptions options, CancellationToken cancellation)
{
    /// <summary>Approximate number of names held at a time: those of a directory, and of those above it.</summary>
    private const int MostNames = 1 << 18;

    private const int FewestNames = 256;

    private readonly Dictionary<(uint Major, uint Minor, ulong Inode), byte[]> _linked = [];
    private int _held;

    /// <summary>Packs one entry of a directory with everything beneath it. Does nothing if it is gone.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The entry, with a NUL at its end.</param>
    /// <param name="path">Its path in the archive, without a slash at the end.</param>
    public void Pack(int directory, ReadOnlySpan<byte> name, byte[] path)
    {
        cancellation.ThrowIfCancellationRequested();
        if (TreeEntries.TryStatus(directory, name) is not { } status || options.Skip?.Invoke(path, status) == true)
        {
            return;
        }

        if (options.OverlayMarks && status.IsWhiteout)
        {
            WriteMark([.. Folder(path), .. ".wh."u8, .. Base(path)], status);
        }
        else if (status.IsDirectory)
        {
            using FileDescriptor? opened = TreeEntries.TryOpenDirectory(directory, name);
            if (opened is not null)
            {
                PackDirectory(opened, path);
            }
        }
        else if (status.IsRegular)
        {
            PackFile(directory, name, path);
        }
        else
        {
            PackSpecial(directory, name, path, status);
        }
    }

    /// <summary>Packs an open directory, starting with an entry for itself.</summary>
    /// <param name="directory">Open for reading.</param>
    /// <param name="path">Its path in the archive; a slash is added unless it is one.</param>
    public void PackDirectory(FileDescriptor directory, byte[] path)
    {
        List<(byte[] Name, byte[] Value)> attributes = TreeEntries.Attributes(directory.Number);
        bool opaque = options.OverlayMarks && attributes.Exists(a => a.Name.AsSpan().SequenceEqual(OverlayMarks.Opaque) && a.Value.AsSpan().SequenceEqual("y"u8));
        if (options.OverlayMarks && attributes.Exists(a => a.Name.AsSpan().SequenceEqual(OverlayMarks.Redirect)))
        {
            throw Errors.QuaiException.System($"directory {TarText.Show(path)} was renamed in place by overlayfs (redirect_dir), which cannot be made a layer");
        }

        NodeStatus status = NodeStatusReader.Read(directory);
        byte[] named = path is [.., (byte)'/'] ? path : [.. path, (byte)'/'];
        tar.WriteHeader(Header(TarEntryType.Directory, named, status, attributes));
        if (opaque)
        {
            WriteMark([.. named, .. ".wh..wh..opq"u8], status);
        }

        PackContent(directory, named);
    }

    /// <summary>Packs what is in an open directory.</summary>
    /// <param name="directory">Open for reading.</param>
    /// <param name="prefix">What their paths in the archive begin with, including its last slash; empty for none.</param>
    public void PackContent(FileDescriptor directory, ReadOnlySpan<byte> prefix)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        while (true)
        {
            List<byte[]> names = TreeEntries.NextNames(directory.Number, Math.Max(FewestNames, (MostNames - _held) / 4));
            if (names.Count == 0)
            {
                return;
            }

            _held += names.Count;
            foreach (byte[] name in names)
            {
                if (prefix.Length + name.Length > TarEntry.LongestName)
                {
                    // A path that was nested step by step may be too long for anybody to unpack.
                    throw new LinuxException("lstat", Errno.ENAMETOOLONG, TarText.Show(prefix));
                }

                Pack(directory.Number, name, [.. prefix, .. name.AsSpan(0, name.Length - 1)]);
            }

            _held -= names.Count;
        }
    }

    private static ReadOnlySpan<byte> Folder(ReadOnlySpan<byte> path) => path[..(path.LastIndexOf((byte)'/') + 1)];

    private static ReadOnlySpan<byte> Base(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    /// <summary>Attributes that mean the same on another machine: not overlayfs's own, nor labels of this machine's security policy.</summary>
    private static bool IsPacked(ReadOnlySpan<byte> attribute) =>
        attribute.StartsWith("user."u8) ? !attribute.StartsWith("user.overlay."u8)
        : attribute.StartsWith("trusted."u8) ? !attribute.StartsWith("trusted.overlay."u8)
        : attribute.SequenceEqual("security.capability"u8) || attribute.StartsWith("system.posix_acl_"u8);

    private TarHeader Header(TarEntryType type, ReadOnlySpan<byte> path, in NodeStatus status, List<(byte[] Name, byte[] Value)>? attributes, ReadOnlySpan<byte> link = default, long size = 0)
    {
        attributes?.RemoveAll(a => !IsPacked(a.Name));
        return new TarHeader
        {
            Type = type,
            Name = path,
            LinkName = link,
            Size = size,
            Mode = status.Mode & 0xfff,
            Uid = status.Uid,
            Gid = status.Gid,
            Modified = options.Date?.Invoke(status.ModifiedSeconds) ?? status.ModifiedSeconds,
            DeviceMajor = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? status.NodeMajor : 0,
            DeviceMinor = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice ? status.NodeMinor : 0,
            Xattrs = attributes,
        };
    }

    private void PackFile(int directory, ReadOnlySpan<byte> name, byte[] path)
    {
        using FileDescriptor? file = TreeEntries.TryOpenFile(directory, name);
        if (file is null)
        {
            return;
        }

        // What was opened counts, not what was seen before.
        NodeStatus status = NodeStatusReader.Read(file);
        if (!status.IsRegular || PackLink(path, status))
        {
            return;
        }

        tar.WriteHeader(Header(TarEntryType.File, path, status, TreeEntries.Attributes(file.Number), size: (long)status.Size));
        tar.CopyFile(file.Number, (long)status.Size, TarText.Show(path), cancellation);
    }

    private void PackSpecial(int directory, ReadOnlySpan<byte> name, byte[] path, in NodeStatus status)
    {
        TarEntryType? type = (status.Mode & FileCalls.S_IFMT) switch
        {
            FileCalls.S_IFLNK => TarEntryType.SymbolicLink,
            FileCalls.S_IFCHR => TarEntryType.CharacterDevice,
            FileCalls.S_IFBLK => TarEntryType.BlockDevice,
            FileCalls.S_IFIFO => TarEntryType.Fifo,
            _ => null,
        };
        if (type is not { } known || PackLink(path, status))
        {
            return;
        }

        byte[]? target = known == TarEntryType.SymbolicLink ? TreeEntries.TryReadLink(directory, name) : [];
        if (target is not null)
        {
            tar.WriteHeader(Header(known, path, status, TreeEntries.Attributes(directory, name), target));
        }
    }

    /// <summary>Packs another name of a file that is already in the archive; false if this is its first.</summary>
    private bool PackLink(byte[] path, in NodeStatus status)
    {
        if (status.Links < 2)
        {
            return false;
        }

        (uint, uint, ulong) key = (status.DeviceMajor, status.DeviceMinor, status.Inode);
        if (!_linked.TryGetValue(key, out byte[]? first))
        {
            _linked.Add(key, path);
            return false;
        }

        tar.WriteHeader(Header(TarEntryType.HardLink, path, status, null, first));
        return true;
    }

    private void WriteMark(byte[] path, in NodeStatus status) =>
        tar.WriteHeader(new TarHeader { Type = TarEntryType.File, Name = path, Mode = 0x180, Modified = options.Date?.Invoke(status.ModifiedSeconds) ?? status.ModifiedSeconds });
}

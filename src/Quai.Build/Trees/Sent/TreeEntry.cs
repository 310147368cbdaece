using System.Text;
using Quai.Build.Sessions;
using Quai.BuildTransfer;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Trees.Sent;

/// <summary>Entries of trees as clients are told of them.</summary>
internal static class TreeEntry
{
    /// <summary>Describes one.</summary>
    /// <param name="path">The path that it is told by.</param>
    /// <param name="parent">Where it is.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="entry">What it is.</param>
    public static ContextEntry Of(string path, MergedDirectory parent, byte[] name, MergedEntry entry)
    {
        NodeStatus status = entry.Status;
        ContextEntryKind kind = (status.Mode & FileCalls.S_IFMT) switch
        {
            FileCalls.S_IFDIR => ContextEntryKind.Directory,
            FileCalls.S_IFLNK => ContextEntryKind.Link,
            FileCalls.S_IFIFO => ContextEntryKind.Pipe,
            FileCalls.S_IFCHR => ContextEntryKind.CharacterDevice,
            FileCalls.S_IFBLK => ContextEntryKind.BlockDevice,
            FileCalls.S_IFSOCK => ContextEntryKind.Socket,
            _ => ContextEntryKind.File,
        };
        return new ContextEntry(path, kind, (int)(status.Mode & 0xfff))
        {
            Uid = status.Uid,
            Gid = status.Gid,
            Size = kind == ContextEntryKind.File ? (long)status.Size : 0,
            ModifiedAt = (status.ModifiedSeconds * 1_000_000_000L) + status.ModifiedNanoseconds,
            LinkName = kind == ContextEntryKind.Link && parent.ReadLink(name, entry) is { } target ? Encoding.UTF8.GetString(target) : "",
            DeviceMajor = status.NodeMajor,
            DeviceMinor = status.NodeMinor,
        };
    }
}

using Quai.Content.Snapshots;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Engine.Containers.Views;

/// <summary>Files that starting a container, not its program, leaves in its writable layer. Docker has them in a separate layer below the container's.</summary>
internal static class OwnFiles
{
    private static ReadOnlySpan<byte> Mounts => "/proc/mounts"u8;

    /// <summary>The paths.</summary>
    public static IReadOnlySet<string> Paths { get; } =
        new HashSet<string> { "/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv", "/sbin/docker-init" };

    /// <summary>Whether it is the link to the list of mounts.</summary>
    public static bool IsLinkToMounts(FileDescriptor node) => TreeEntries.TryReadLink(node.Number, "\0"u8).AsSpan().SequenceEqual(Mounts);

    /// <summary>How many bytes they take of the layer's size: all but the link are empty.</summary>
    public static long SizeIn(Snapshot snapshot)
    {
        using FileDescriptor upper = RootedFiles.OpenDirectory(Path.Combine(snapshot.Root, snapshot.Upper));
        using FileDescriptor? link = RootedFiles.TryOpenBeneath(upper, "etc/mtab");
        return link is not null && IsLinkToMounts(link) ? Mounts.Length : 0;
    }
}

using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    private const int Modified = 0, Added = 1, Deleted = 2;

    // Made by starting it, not by what runs in it.
    private static readonly HashSet<string> s_ownMountPoints = ["/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/.dockerenv", "/sbin/docker-init"];

    /// <inheritdoc/>
    public Task<List<FilesystemChange>> ChangesAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        Snapshot snapshot = images.GetSnapshot(container.Id);
        return Task.Run(
            () =>
            {
                using FileDescriptor lower = DetachedOverlay.Open(snapshot.Root, snapshot.Lower, null, null, paths.RootFs);
                List<FilesystemChange> changes = [];
                Compare(Path.Combine(snapshot.Root, snapshot.Upper), $"/proc/self/fd/{lower.Number}/", "", changes, cancellation);
                return changes;
            },
            cancellation);
    }

    // Only directories on both sides are gone into together, so no link is ever followed. True when something was found.
    private static bool Compare(string upper, string? lower, string path, List<FilesystemChange> changes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        bool any = false;
        foreach (string entry in Directory.EnumerateFileSystemEntries(upper).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(entry);
            string inside = $"{path}/{name}";
            if (s_ownMountPoints.Contains(inside) || NodeStatusReader.TryRead(entry) is not { } now)
            {
                continue;
            }

            string? before = lower is null ? null : Path.Combine(lower, name);
            NodeStatus? was = before is null ? null : NodeStatusReader.TryRead(before);
            if (now.IsWhiteout)
            {
                changes.Add(new FilesystemChange(inside, Deleted));
                any = true;
                continue;
            }

            int at = changes.Count;
            bool same = was is { IsDirectory: true } old && now.IsDirectory && old.Mode == now.Mode && old.Uid == now.Uid && old.Gid == now.Gid;
            bool below = now.IsDirectory && Compare(entry, was is { IsDirectory: true } ? before : null, inside, changes, cancellation);

            // An image without /etc gets one for the three files that every container has there.
            if ((!same || below) && !(inside == "/etc" && was is null && !below))
            {
                changes.Insert(at, new FilesystemChange(inside, was is null ? Added : Modified));
                any = true;
            }
        }

        return any;
    }
}

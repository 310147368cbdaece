using Quai.Content.Snapshots;
using Quai.Engine.Containers.Spec;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;

namespace Quai.Engine.Containers.Launching;

/// <summary>Images that are mounted in containers.</summary>
internal static class ImageMounts
{
    /// <summary>The folders whose file system is mounted, topmost first: the layers, or, of an image that has none, the empty folder above them.</summary>
    public static IReadOnlyList<string> LayersOf(Snapshot snapshot) => snapshot.Lower.Count > 0 ? snapshot.Lower : [snapshot.Upper];

    /// <summary>The part of an image that a mount names, as a path beneath its root without links; null for all of it.</summary>
    /// <param name="layers">The image's layers.</param>
    /// <param name="mount">The mount.</param>
    /// <param name="mountPoint">Any existing directory; nothing is visible there afterwards.</param>
    /// <param name="isFile">Whether it is not a directory.</param>
    /// <exception cref="Errors.QuaiException">There is no such part.</exception>
    public static string? PartOf(Snapshot layers, ContainerMount mount, string mountPoint, out bool isFile)
    {
        isFile = false;
        if (mount.Subpath is null)
        {
            return null;
        }

        using FileDescriptor root = DetachedOverlay.Open(layers.Root, LayersOf(layers), null, null, mountPoint);
        string? path = MountSources.PartOf(root, mount.Source, mount.Subpath);
        if (path is not null)
        {
            using FileDescriptor part = ScopedPath.OpenBeneath(root, path);
            isFile = !NodeStatusReader.Read(part).IsDirectory;
        }

        return path;
    }
}

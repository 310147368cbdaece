using Quai.Content.Snapshots;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;
using Quai.Volumes;

namespace Quai.Engine.Containers.Launching;

/// <summary>Sources of containers' mounts: folders of the host, volumes, new file systems in memory.</summary>
internal sealed class MountSources(VolumeStore volumes, IImageStore images, EnginePaths paths)
{
    /// <summary>A mount as the runtime gets it; its volume is mounted, a missing bind source is created or refused.</summary>
    public SpecMount Prepare(Container container, ContainerMount mount)
    {
        if (mount.Type == "tmpfs")
        {
            return new SpecMount { Destination = mount.Destination, TmpfsOptions = mount.TmpfsOptions ?? "", ReadOnly = !mount.ReadWrite };
        }

        if (mount.ImageId is not null)
        {
            Snapshot layers = images.GetSnapshot(mount.SnapshotKey(container.Id));
            string? part = ImageMounts.PartOf(layers, mount, paths.RootFs, out bool isFile);
            return new SpecMount
            {
                Destination = mount.Destination,
                Source = mount.Source,
                Subpath = part,
                Layers = new(layers.Root, ImageMounts.LayersOf(layers), isFile),
                ReadOnly = true,
                ReadOnlyNonRecursive = true,
                NonRecursive = true,
                Propagation = mount.Propagation,
            };
        }

        string source = mount.Source;
        string? subpath = null;
        if (mount.Type == "volume")
        {
            source = volumes.Mount(mount.Name!, container.Id);
            subpath = SubpathOf(source, mount);
        }
        else if (!Path.Exists(source))
        {
            if (!mount.CreateSource)
            {
                throw QuaiException.Invalid($"invalid mount config for type \"bind\": bind source path does not exist: {source}");
            }

            try
            {
                // It belongs to the host and the container, and to anybody they let in.
                OwnUmask.Run(OwnUmask.Usual, () => Directory.CreateDirectory(source));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw QuaiException.System($"error while creating mount source path '{source}': {e.Message}", e);
            }
        }

        if (mount.Type == "bind")
        {
            CheckPropagation(source, mount.Propagation);
        }

        return new SpecMount
        {
            Destination = mount.Destination,
            Source = source,
            Subpath = subpath,
            OwnersFile = mount.OwnerMap is null ? null : OwnerMaps.PathOf(OwnerMap.Parse(mount.OwnerMap)),
            ReadOnly = !mount.ReadWrite,
            ReadOnlyNonRecursive = mount.ReadOnlyNonRecursive,
            NonRecursive = mount.NonRecursive,
            Propagation = mount.Type == "bind" ? mount.Propagation : "",
        };
    }

    // A mount that is private on the host cannot propagate anything: the container would only appear to do so.
    private static void CheckPropagation(string source, string propagation)
    {
        if (propagation is "" or "private" or "rprivate")
        {
            return;
        }

        MountPropagation mount = MountPropagation.Of(source);
        bool shared = propagation is "shared" or "rshared";
        if (shared ? !mount.IsShared : !mount.IsShared && !mount.IsSlave)
        {
            throw QuaiException.System($"path {source} is mounted on {mount.MountPoint} but it is not a shared {(shared ? "" : "or slave ")}mount");
        }
    }

    /// <summary>
    /// The part of a volume that a mount names, as a path beneath it without links; null for all of it. Links that stay in the volume are followed, as in Docker.
    /// This reports errors early and in Docker's words; the code that uses the path opens it beneath the volume again, and then refuses links.
    /// </summary>
    public static string? SubpathOf(string folder, ContainerMount mount)
    {
        if (mount.Subpath is null)
        {
            return null;
        }

        using FileDescriptor volume = Openat2.Open(FileCalls.AT_FDCWD, folder, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, 0);
        return PartOf(volume, folder, mount.Subpath);
    }

    /// <summary>As <see cref="SubpathOf"/>, of a folder that is open.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="subpath">The part.</param>
    public static string? PartOf(FileDescriptor root, string name, string subpath)
    {
        try
        {
            string path = ScopedPath.EvaluateBeneath(root, subpath);
            ScopedPath.OpenBeneath(root, path).Dispose();
            return path.Length == 0 ? null : path;
        }
        catch (LinuxException e)
        {
            string at = Path.Combine(name, subpath);
            throw QuaiException.System(
                e.Errno == Errno.EXDEV
                    ? $"path concatenation escapes the base directory, base: {name}, subpath: {subpath}"
                    : $"cannot access path {at}: lstat {at}: {Errno.Message(e.Errno)}",
                e);
        }
    }

    /// <summary>Unmounts the volumes of a container. Idempotent.</summary>
    public void Release(Container container)
    {
        if (container.Spec.Mounts.Any(m => m.Type == "volume"))
        {
            volumes.Unmount(container.Id);
        }
    }
}

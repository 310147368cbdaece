using Quai.Content.Snapshots;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Linux.Trees;
using Quai.Volumes;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>What a container has on disk: its writable layer, its volumes, its folder.</summary>
internal sealed class ContainerStorage(IImageStore images, VolumeStore volumes, EnginePaths paths)
{
    /// <summary>Creates the writable layer on top of an image.</summary>
    public Task PrepareAsync(string id, string imageId, CancellationToken cancellation) => images.PrepareSnapshotAsync(id, imageId, cancellation);

    /// <summary>Has the layers of mounted images kept as long as the container exists.</summary>
    /// <returns>The mounts, with their sources.</returns>
    public async Task<IReadOnlyList<ContainerMount>> PrepareImagesAsync(string id, IReadOnlyList<ContainerMount> mounts, CancellationToken cancellation)
    {
        List<ContainerMount> result = [];
        foreach (ContainerMount mount in mounts)
        {
            if (mount.ImageId is null)
            {
                result.Add(mount);
                continue;
            }

            Snapshot snapshot = await images.PrepareSnapshotAsync(mount.SnapshotKey(id), mount.ImageId, cancellation).ConfigureAwait(false);
            result.Add(mount with { Source = Path.Combine(snapshot.Root, ImageMounts.LayersOf(snapshot)[0]) });
        }

        return result;
    }

    /// <summary>Deletes the writable layer, the hold on mounted images, and the folder.</summary>
    public async Task DeleteAsync(string id, IReadOnlyList<ContainerMount> mounts)
    {
        foreach (ContainerMount mount in mounts.Where(m => m.ImageId is not null))
        {
            await images.RemoveSnapshotAsync(mount.SnapshotKey(id), CancellationToken.None).ConfigureAwait(false);
        }

        await images.RemoveSnapshotAsync(id, CancellationToken.None).ConfigureAwait(false);
        string folder = paths.Container(id);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Reserves the volumes of a container that is being created.</summary>
    public Task<VolumeTransaction> ReserveVolumesAsync(string id, IReadOnlyList<VolumeRequest> wanted, CancellationToken cancellation) => volumes.ReserveAsync(id, wanted, cancellation);

    /// <summary>Prepares to release a container's hold on its volumes; null if it has none.</summary>
    public async Task<VolumeTransaction?> ReleaseVolumesAsync(Container container, bool removeAnonymous) => container.Spec.Mounts.Any(m => m.Type == "volume")
        ? await volumes.ReleaseAsync(container.Id, removeAnonymous, CancellationToken.None).ConfigureAwait(false)
        : null;

    /// <summary>Fills empty volumes with the image's content at their mount points.</summary>
    public void Populate(Container container)
    {
        FileDescriptor? root = null;
        try
        {
            foreach (ContainerMount mount in container.Spec.Mounts)
            {
                if (mount.Type != "volume" || mount.NoCopy)
                {
                    continue;
                }

                if (volumes.IsMount(mount.Name!))
                {
                    // Mounted only if there is something to put into it: otherwise it is the start that fails.
                    using FileDescriptor? content = RootedFiles.TryOpenDirectory(root ??= OpenRoot(container), mount.Destination);
                    if (content is null)
                    {
                        continue;
                    }
                }

                string folder = MountToFill(mount, container);
                if (mount.Subpath is null ? !FileTree.IsEmpty(folder) : !IsEmptyPart(folder, mount))
                {
                    continue;
                }

                using FileDescriptor? source = RootedFiles.TryOpenDirectory(root ??= OpenRoot(container), mount.Destination);
                if (source is not null)
                {
                    Fill(mount, source, folder);
                }
            }
        }
        finally
        {
            root?.Dispose();
            volumes.Unmount(container.Id);
        }
    }

    private FileDescriptor OpenRoot(Container container)
    {
        Snapshot snapshot = images.GetSnapshot(container.Id);
        return DetachedOverlay.Open(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work, paths.RootFs);
    }

    private void Fill(ContainerMount mount, FileDescriptor source, string folder)
    {
        try
        {
            volumes.Fill(mount.Name!, source, MountSources.SubpathOf(folder, mount));
        }
        catch (LinuxException e)
        {
            throw QuaiException.System($"failed to populate volume: cannot copy to {folder}: {e.Message}", e);
        }
    }

    private string MountToFill(ContainerMount mount, Container container)
    {
        try
        {
            return volumes.Mount(mount.Name!, container.Id);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.System)
        {
            throw QuaiException.System($"failed to populate volume: {e.Message}", e);
        }
    }

    // A part that does not exist (yet) is refused when the container starts, as in Docker.
    private static bool IsEmptyPart(string folder, ContainerMount mount)
    {
        try
        {
            string? path = MountSources.SubpathOf(folder, mount);
            using FileDescriptor volume = RootedFiles.OpenDirectory(folder);
            using FileDescriptor? part = path is null ? RootedFiles.TryOpenDirectory(volume, ".") : RootedFiles.TryOpenDirectory(volume, path);
            return part is not null && TreeEntries.IsEmpty(part.Number);
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            return false;
        }
    }
}

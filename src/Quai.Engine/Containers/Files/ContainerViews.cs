using Quai.Content.Snapshots;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Images;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Volumes;

namespace Quai.Engine.Containers.Files;

/// <summary>Opens views of containers' roots.</summary>
internal sealed class ContainerViews(IImageStore images, VolumeStore volumes, NetworkFiles files, EnginePaths paths)
{
    /// <summary>
    /// Opens a view. A stopped container is locked while one is open: overlayfs allows no second mount of the same directories,
    /// so it could not be started meanwhile.
    /// </summary>
    public async Task<ContainerView> OpenAsync(Container container, ViewKind kind, CancellationToken cancellation)
    {
        AsyncLock.Scope held = await container.Lock.EnterAsync(cancellation).ConfigureAwait(false);
        string user = $"{container.Id}/{Guid.NewGuid():N}";
        bool locked = true;
        try
        {
            if (container.State.Status == ContainerStatus.Removing)
            {
                throw QuaiException.Conflict($"container {container.Id} is marked for removal");
            }

            Snapshot snapshot = images.GetSnapshot(container.Id);
            List<ShownMount> mounts = kind == ViewKind.RootOnly ? [] : [.. MountsOf(container, user)];
            FileDescriptor root = await Task.Run(() => OpenRoot(container, snapshot, mounts, kind, out locked), CancellationToken.None).ConfigureAwait(false);
            if (!locked)
            {
                held.Dispose();
            }

            bool stillLocked = locked;
            return new ContainerView(root, () =>
            {
                volumes.Unmount(user);
                if (stillLocked)
                {
                    held.Dispose();
                }
            });
        }
        catch
        {
            volumes.Unmount(user);
            held.Dispose();
            throw;
        }
    }

    private FileDescriptor OpenRoot(Container container, Snapshot snapshot, List<ShownMount> mounts, ViewKind kind, out bool stopped)
    {
        bool readOnly = kind != ViewKind.Write, rootReadOnly = container.Spec.Security.ReadonlyRoot;
        if (container.State is { HasProcess: true, Pid: var pid })
        {
            try
            {
                FileDescriptor root = DetachedRoot.Open(new RootSource.OfProcess(pid), mounts, rootReadOnly, readOnly, paths.RootFs);
                stopped = false;
                return root;
            }
            catch (LinuxException e) when (e.Errno == Errno.ESRCH || (e.Errno is Errno.ENOENT or Errno.EINVAL && !Directory.Exists($"/proc/{pid}/ns")))
            {
                // It ended just now, which has not been reported yet.
            }
        }

        stopped = true;
        return DetachedRoot.Open(new RootSource.Overlay(snapshot.Root, snapshot.Lower, snapshot.Upper, snapshot.Work), mounts, rootReadOnly, readOnly, paths.RootFs);
    }

    private IEnumerable<ShownMount> MountsOf(Container container, string user)
    {
        string folder = paths.Container(files.OwnerOf(container).Id);
        IEnumerable<ShownMount> own = NetworkFiles.Names
            .Where(name => File.Exists(Path.Combine(folder, name)) && container.Spec.Mounts.All(m => m.Destination != "/etc/" + name))
            .Select(name => new ShownMount(Path.Combine(folder, name), "/etc/" + name, ReadOnly: container.Spec.Security.ReadonlyRoot, Recursive: false));
        foreach (ContainerMount mount in container.Spec.Mounts.Where(m => m.Type != "tmpfs").OrderBy(m => m.Destination.Count(c => c == '/')))
        {
            string source = mount.Source;
            string? subpath = null;
            if (mount.ImageId is not null)
            {
                Snapshot layers = images.GetSnapshot(mount.SnapshotKey(container.Id));
                yield return new ShownMount(layers.Root, mount.Destination, ReadOnly: true, Recursive: false)
                {
                    Lower = ImageMounts.LayersOf(layers),
                    Subpath = ImageMounts.PartOf(layers, mount, paths.RootFs, out _),
                };
                continue;
            }

            if (mount.Type == "volume")
            {
                source = volumes.Mount(mount.Name!, user);
                subpath = MountSources.SubpathOf(source, mount);
            }
            else if (!Path.Exists(source))
            {
                // Nothing belonging to the container would be found there either.
                continue;
            }

            yield return new ShownMount(source, mount.Destination, !mount.ReadWrite, !mount.NonRecursive) { Subpath = subpath };
        }

        foreach (ShownMount file in own)
        {
            yield return file;
        }
    }
}

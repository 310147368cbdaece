using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Mounts;
using Quai.Linux.Quotas;
using Quai.Linux.Trees;
using Quai.Metadata;
using Quai.Volumes.Local;

namespace Quai.Volumes;

public sealed partial class VolumeStore
{
    /// <summary>Makes a volume ready for a starting container: one with options is mounted when its first container starts, a plugin's for each.</summary>
    /// <returns>The folder to bind.</returns>
    /// <exception cref="Quai.Errors.QuaiException">It does not exist, or the mount fails.</exception>
    public string Mount(string name, string container)
    {
        Entry? entry;
        lock (_lock)
        {
            entry = _volumes.GetValueOrDefault(name) ?? throw NotFound(name);
        }

        if (!entry.Volume.IsLocal)
        {
            return MountPlugged(entry, container);
        }

        lock (entry.Gate)
        {
            if (!Directory.Exists(entry.Volume.Mountpoint))
            {
                MakeFolder(entry.Volume);
            }

            if (LocalOptions.Of(entry.Volume).IsMount)
            {
                // Somebody may have unmounted it, or this daemon may be in another mount namespace than the one before it.
                if (entry.Mounted.Count == 0 || !NodeStatusReader.IsMountPoint(entry.Volume.Mountpoint))
                {
                    VolumeMount.Make(entry.Volume);
                }

                lock (_lock)
                {
                    entry.Mounted.Add(container);
                }
            }

            return entry.Volume.Mountpoint;
        }
    }

    /// <summary>Whether a volume is a mount of its own, and not a folder.</summary>
    public bool IsMount(string name) => Get(name) is var volume && (!volume.IsLocal || LocalOptions.Of(volume).IsMount);

    /// <summary>Opens a volume for somebody who is no container, mounted if it is a mount, until the answer is disposed.</summary>
    /// <exception cref="Quai.Errors.QuaiException">It does not exist, or the mount fails.</exception>
    public VolumeHold Hold(string name)
    {
        string user = "hold/" + Guid.NewGuid().ToString("N");
        try
        {
            return new VolumeHold(RootedFiles.OpenDirectory(Mount(name, user)), () => Unmount(user));
        }
        catch
        {
            Unmount(user);
            throw;
        }
    }

    /// <summary>
    /// Copies a directory's content into an empty volume. A crash on the way leaves it empty, not half full, unless another container uses the volume too:
    /// that container sees the files appear, and must not be able to redirect them.
    /// </summary>
    /// <param name="name">The volume; the caller holds the transaction that made somebody its user.</param>
    /// <param name="source">The directory, open for reading.</param>
    /// <param name="part">A directory in the volume that receives it instead: a path beneath it without links; null for the whole volume.</param>
    public void Fill(string name, FileDescriptor source, string? part) => BoundByQuotas.Run(() =>
    {
        Volume volume = Get(name);
        string mountpoint = FolderOf(volume);
        if (part is not null)
        {
            using FileDescriptor whole = RootedFiles.OpenDirectory(mountpoint);
            using FileDescriptor? inside = RootedFiles.TryOpenDirectory(whole, part);
            if (inside is not null)
            {
                FileTree.CopyContent(source, inside);
            }
        }
        else if (IsMount(name) || UsersOf(name).Count > 1)
        {
            // A mount point there, here or in a container, cannot be exchanged as a whole.
            using FileDescriptor folder = RootedFiles.OpenDirectory(mountpoint);
            FileTree.CopyContent(source, folder);
        }
        else
        {
            FillWhole(volume, source);
        }
    });

    private void FillWhole(Volume volume, FileDescriptor source)
    {
        string staging = Path.Combine(_root, volume.Name, "_copy");
        DeleteFolder(staging);
        Directory.CreateDirectory(staging);
        try
        {
            using FileDescriptor folder = RootedFiles.OpenDirectory(staging);
            FileTree.CopyContent(source, folder);
        }
        catch
        {
            // What did not fit takes up no room.
            DeleteFolder(staging);
            throw;
        }

        Directory.Delete(volume.Mountpoint);
        Directory.Move(staging, volume.Mountpoint);
    }

    /// <summary>A container no longer runs: unmounts its volumes with options if it was their last user, and its plugins' volumes. Idempotent.</summary>
    public void Unmount(string container)
    {
        UnmountPlugged(container);
        List<Entry> entries;
        lock (_lock)
        {
            entries = [.. _volumes.Values.Where(e => e.Mounted.Contains(container))];
        }

        foreach (Entry entry in entries)
        {
            lock (entry.Gate)
            {
                bool last;
                lock (_lock)
                {
                    last = entry.Mounted.Remove(container) && entry.Mounted.Count == 0;
                }

                if (last)
                {
                    HostMount.Unmount(entry.Volume.Mountpoint);
                }
            }
        }
    }

    /// <summary>
    /// Runs once at start: finishes removals that a crash interrupted (those of plugins in the background), forgets users that are not containers, unmounts what no running container uses,
    /// and creates folders whose creation a crash prevented.
    /// </summary>
    /// <param name="containers">All containers.</param>
    /// <param name="running">The running ones.</param>
    public async Task RecoverAsync(IReadOnlySet<string> containers, IReadOnlySet<string> running)
    {
        List<(string Name, string Trash, uint? Project)> garbage = _database.Read(c =>
            c.Rows("SELECT name, trash, project FROM volume_garbage", r => (r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : (uint?)r.GetInt64(2))));
        List<string> strangers;
        List<Entry> entries;
        lock (_lock)
        {
            entries = [.. _volumes.Values.Where(e => e.Volume.IsLocal)];
            List<Entry> all = [.. _volumes.Values];
            strangers = [.. all.SelectMany(e => e.Users).Where(u => !containers.Contains(u)).Distinct()];
            all.ForEach(e => e.Users.IntersectWith(containers));
        }

        foreach ((string name, string trash, uint? project) in garbage)
        {
            // The row may be older than a volume of the same name made afterwards; then the old folder has been moved already.
            if (!Directory.Exists(Path.Combine(_root, trash)) && TryGet(name) is null)
            {
                MoveAside(name, trash);
            }

            DeleteFolder(Path.Combine(_root, trash));
            ReleaseProject(project);
        }

        if (garbage.Count + strangers.Count > 0)
        {
            await _database.WriteAsync(connection =>
            {
                connection.Run("DELETE FROM volume_garbage");
                strangers.ForEach(s => connection.Run("DELETE FROM volume_users WHERE container=$c", ("$c", s)));
            }).ConfigureAwait(false);
        }

        foreach (Entry entry in entries)
        {
            if (!Directory.Exists(entry.Volume.Mountpoint))
            {
                MakeFolder(entry.Volume);
            }
            else
            {
                // Earlier versions let anyone pass who knew the name.
                PrivateFolder.Make(Path.GetDirectoryName(entry.Volume.Mountpoint)!);
            }

            if (LocalOptions.Of(entry.Volume).IsMount)
            {
                entry.Mounted.UnionWith(entry.Users.Where(running.Contains));
                if (entry.Mounted.Count == 0)
                {
                    HostMount.Unmount(entry.Volume.Mountpoint);
                }
            }
        }

        RecoverPlugged(running);
    }
}

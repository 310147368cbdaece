using Microsoft.Data.Sqlite;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Mounts;
using Quai.Metadata;

namespace Quai.Volumes;

public sealed partial class VolumeStore
{
    /// <summary>Removes a volume and its files. With <paramref name="force"/>, a missing volume is not an error.</summary>
    /// <exception cref="QuaiException">It does not exist, or containers use it.</exception>
    public async Task RemoveAsync(string name, bool force, CancellationToken cancellation)
    {
        if (await RemovePluggedAsync(name, force, cancellation).ConfigureAwait(false))
        {
            return;
        }

        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Entry? entry;
            lock (_lock)
            {
                _volumes.TryGetValue(name, out entry);
            }

            if (entry is { Volume.IsLocal: false })
            {
                throw QuaiException.Conflict($"remove {name}: volume is in use - []");
            }

            if (entry is null)
            {
                if (force)
                {
                    return;
                }

                throw NotFound(name);
            }

            if (entry.Users.Count > 0)
            {
                throw QuaiException.Conflict($"remove {name}: volume is in use - [{string.Join(", ", UsersOf(name))}]");
            }

            await RemoveUnusedAsync([entry.Volume], cancellation).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Removes unused local volumes that <paramref name="matches"/> accepts: anonymous ones, or <paramref name="all"/>. Returns names and bytes freed.</summary>
    public async Task<(IReadOnlyList<string> Names, long Bytes)> PruneAsync(bool all, Func<Volume, bool> matches, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            List<Volume> unused;
            lock (_lock)
            {
                unused = [.. _volumes.Values.Where(e => e.Volume.IsLocal && e.Users.Count == 0 && (all || e.Volume.Anonymous) && matches(e.Volume)).Select(e => e.Volume)];
            }

            long bytes = unused.Sum(v => Linux.Trees.FileTree.ApparentSize(v.Mountpoint));
            await RemoveUnusedAsync(unused, cancellation).ConfigureAwait(false);
            return ([.. unused.Select(v => v.Name)], bytes);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Ends a container's use of its volumes; with <paramref name="removeAnonymous"/>, anonymous ones that nobody else uses are removed too. Null if it uses none.</summary>
    public async Task<VolumeTransaction?> ReleaseAsync(string container, bool removeAnonymous, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_volumes.Values.Any(e => e.Users.Contains(container)))
            {
                return null;
            }
        }

        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        List<Entry> used;
        List<Volume> going;
        List<Entry> unplugged;
        lock (_lock)
        {
            used = [.. _volumes.Values.Where(e => e.Users.Contains(container))];
            List<Entry> unused = removeAnonymous ? [.. used.Where(e => e.Users.Count == 1 && e.Volume.Anonymous)] : [];
            going = [.. unused.Where(e => e.Volume.IsLocal).Select(e => e.Volume)];
            unplugged = [.. unused.Where(e => !e.Volume.IsLocal)];
        }

        List<(Volume Volume, string Trash)> trash = [.. going.Select(v => (v, TrashName()))];
        return new VolumeTransaction(
            going,
            connection =>
            {
                connection.Run("DELETE FROM volume_users WHERE container=$c", ("$c", container));
                foreach ((Volume volume, string name) in trash)
                {
                    WriteRemoval(connection, volume, name);
                }

                unplugged.ForEach(e => WriteState(connection, e.Volume, EntryState.Removing));
            },
            async () =>
            {
                lock (_lock)
                {
                    used.ForEach(e => e.Users.Remove(container));
                    going.ForEach(v => _volumes.Remove(v.Name));
                }

                // A plugin may take its time, for which nobody waits.
                unplugged.ForEach(e => _ = QuietlyAsync(() => RemovePluggedAsync(e, force: false, CancellationToken.None)));
                await DeleteAsync(trash).ConfigureAwait(false);
            },
            () => { },
            () => _changing.Release());
    }

    private static string TrashName() => ".removed-" + Guid.NewGuid().ToString("N");

    private static void WriteRemoval(SqliteConnection connection, Volume volume, string trash)
    {
        connection.Run("DELETE FROM volumes WHERE name=$n", ("$n", volume.Name));
        connection.Run("INSERT INTO volume_garbage (name, trash, project) VALUES ($n,$t,$p)", ("$n", volume.Name), ("$t", trash), ("$p", (long?)volume.Project));
    }

    private async Task RemoveUnusedAsync(IReadOnlyList<Volume> volumes, CancellationToken cancellation)
    {
        if (volumes.Count == 0)
        {
            return;
        }

        List<(Volume Volume, string Trash)> trash = [.. volumes.Select(v => (v, TrashName()))];
        await _database.WriteAsync(connection => trash.ForEach(t => WriteRemoval(connection, t.Volume, t.Trash)), cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            foreach (Volume volume in volumes)
            {
                _volumes.Remove(volume.Name);
            }
        }

        await DeleteAsync(trash).ConfigureAwait(false);
    }

    // The name is free for a new volume as soon as the folder has been moved aside; a crash leaves the row in volume_garbage.
    private async Task DeleteAsync(List<(Volume Volume, string Trash)> trash)
    {
        foreach ((Volume volume, string name) in trash)
        {
            MoveAside(volume.Name, name);
            Changed?.Invoke("destroy", volume);
        }

        foreach ((Volume volume, string name) in trash)
        {
            DeleteFolder(Path.Combine(_root, name));
            ReleaseProject(volume.Project);
        }

        if (trash.Count > 0)
        {
            await _database.WriteAsync(connection => trash.ForEach(t => connection.Run("DELETE FROM volume_garbage WHERE trash=$t", ("$t", t.Trash)))).ConfigureAwait(false);
        }
    }

    private void ReleaseProject(uint? project)
    {
        if (project is { } number)
        {
            _quota.Release(number);
        }
    }

    private void MoveAside(string name, string trash)
    {
        string folder = Path.Combine(_root, name);
        if (Directory.Exists(folder))
        {
            HostMount.Unmount(Path.Combine(folder, "_data"));
            Directory.Move(folder, Path.Combine(_root, trash));
        }
    }

    // Not by paths: a container may have nested directories deeper than any path is long.
    private static void DeleteFolder(string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        if (Directory.Exists(parent))
        {
            // By descriptors: a container that is still ending may change what is there.
            using Linux.FileDescriptor folder = Linux.Trees.RootedFiles.OpenDirectory(parent);
            Linux.FileCalls.RemoveTree(folder.Number, Path.GetFileName(path));
        }
    }
}

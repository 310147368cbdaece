using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Quai.Errors;
using Quai.Metadata;
using Quai.Plugins;

namespace Quai.Volumes;

/// <content>Mounts that plugins make: each user has an id, which is recorded before the plugin is called and until it has answered that it unmounted.</content>
public sealed partial class VolumeStore
{
    private readonly List<(string Id, string Volume, string Driver, string User)> _oldMounts = [];

    private void ReadMounts(SqliteConnection connection)
    {
        foreach ((string id, string name, string driver, string user, string path) in connection.Rows(
            "SELECT id, volume, driver, user, path FROM volume_mounts", r => (r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4))))
        {
            bool whole = path.Length > 0 && _volumes.TryGetValue(name, out Entry? entry) && entry.Volume.Driver == driver && entry.PluginMounts.TryAdd(user, new(id, path));
            if (!whole)
            {
                _oldMounts.Add((id, name, driver, user));
            }
        }
    }

    private string MountPlugged(Entry entry, string user)
    {
        Volume volume = entry.Volume;
        lock (entry.Gate)
        {
            lock (_lock)
            {
                if (_volumes.GetValueOrDefault(volume.Name) != entry || entry.State != EntryState.There)
                {
                    throw NotFound(volume.Name);
                }

                if (entry.PluginMounts.TryGetValue(user, out PluginMount? mounted))
                {
                    return mounted.Path;
                }

                entry.Claims++;
            }

            try
            {
                return MountNew(entry, user);
            }
            finally
            {
                Unclaim(entry);
            }
        }
    }

    private string MountNew(Entry entry, string user)
    {
        Volume volume = entry.Volume;
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Write(connection => connection.Run("INSERT INTO volume_mounts VALUES ($i,$v,$d,$u,'')", ("$i", id), ("$v", volume.Name), ("$d", volume.Driver), ("$u", user)));
        string path;
        try
        {
            path = _plugins.Mount(volume.Driver, volume.Name, id);
        }
        catch (QuaiException e)
        {
            if (e is PluginException { Answered: false })
            {
                _ = QuietlyAsync(() => PluginThread.RunAsync(() => UnmountRecorded(id, volume.Name, volume.Driver)));
            }
            else
            {
                DeleteMount(id);
            }

            throw QuaiException.System($"error while mounting volume '{volume.Mountpoint}': {e.Message}", e);
        }

        Write(connection => connection.Run("UPDATE volume_mounts SET path=$p WHERE id=$i", ("$p", path), ("$i", id)));
        lock (_lock)
        {
            entry.PluginMounts[user] = new(id, path);
        }

        return path;
    }

    private void UnmountPlugged(string user)
    {
        List<Entry> entries;
        lock (_lock)
        {
            entries = [.. _volumes.Values.Where(e => e.PluginMounts.ContainsKey(user))];
        }

        foreach (Entry entry in entries)
        {
            lock (entry.Gate)
            {
                PluginMount? mount;
                lock (_lock)
                {
                    entry.PluginMounts.TryGetValue(user, out mount);
                }

                if (mount is null)
                {
                    continue;
                }

                UnmountRecorded(mount.Id, entry.Volume.Name, entry.Volume.Driver);
                lock (_lock)
                {
                    entry.PluginMounts.Remove(user);
                }
            }
        }
    }

    // What a plugin that does not answer has still mounted is recorded, and the next start asks again.
    private void UnmountRecorded(string id, string volume, string driver)
    {
        try
        {
            _plugins.Unmount(driver, volume, id);
        }
        catch (PluginException e) when (e.Answered)
        {
            // It knows better, as in Docker.
        }
        catch (QuaiException)
        {
            return;
        }

        DeleteMount(id);
    }

    private void DeleteMount(string id) => Write(connection => connection.Run("DELETE FROM volume_mounts WHERE id=$i", ("$i", id)));

    private string FolderOf(Volume volume)
    {
        if (volume.IsLocal)
        {
            return volume.Mountpoint;
        }

        lock (_lock)
        {
            return _volumes.GetValueOrDefault(volume.Name)?.PluginMounts.Values.FirstOrDefault()?.Path ?? throw NotFound(volume.Name);
        }
    }

    // Plugins may start after the daemon, so nothing waits for them.
    private void RecoverPlugged(IReadOnlySet<string> running)
    {
        List<Entry> making, removing;
        lock (_lock)
        {
            foreach (Entry entry in _volumes.Values)
            {
                foreach ((string user, PluginMount mount) in entry.PluginMounts.Where(m => !running.Contains(m.Key)).ToList())
                {
                    _oldMounts.Add((mount.Id, entry.Volume.Name, entry.Volume.Driver, user));
                    entry.PluginMounts.Remove(user);
                }
            }

            making = [.. _volumes.Values.Where(e => e.State == EntryState.Making)];
            removing = [.. _volumes.Values.Where(e => e.State == EntryState.Removing)];
            // Until it is removed, it is there.
            removing.ForEach(e => e.State = EntryState.There);
        }

        foreach (IGrouping<string, (string Id, string Volume, string Driver, string User)> plugin in _oldMounts.GroupBy(m => m.Driver))
        {
            _ = QuietlyAsync(() => PluginThread.RunAsync(() => plugin.ToList().ForEach(m => UnmountRecorded(m.Id, m.Volume, m.Driver))));
        }

        making.ForEach(e => _ = QuietlyAsync(() => TakeBackAsync(e)));
        removing.ForEach(e => _ = QuietlyAsync(() => RemovePluggedAsync(e, force: false, CancellationToken.None)));
    }
}

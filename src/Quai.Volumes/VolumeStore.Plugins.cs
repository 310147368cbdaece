using Microsoft.Data.Sqlite;
using Quai.Errors;
using Quai.Metadata;
using Quai.Plugins;
using Quai.Plugins.Volumes;

namespace Quai.Volumes;

/// <content>
/// Volumes of plugins. The record of one is written before its plugin is asked to make it, as being made, and becomes an ordinary one in the transaction of whoever wants it;
/// if that never comes, the plugin is asked to remove it, after a crash by the next start.
/// </content>
public sealed partial class VolumeStore
{
    private const int LongestPluginName = 255;

    private static bool IsOfPlugin(VolumeRequest request) => !string.IsNullOrEmpty(request.Driver) && request.Driver != Volume.LocalDriver;

    private static void ValidatePlugged(VolumeRequest request)
    {
        if (request.Name is { } name && (name.Length > LongestPluginName || name.Any(char.IsControl)))
        {
            throw QuaiException.Invalid($"create {name}: a volume's name has at most {LongestPluginName} characters, and no control characters");
        }
    }

    private static QuaiException NotUnique(Volume other) =>
        QuaiException.Conflict($"create {other.Name}: driver '{other.Driver}' already has volume '{other.Name}': volume name must be unique");

    private static void WriteState(SqliteConnection connection, Volume volume, EntryState state) =>
        connection.Run("UPDATE volumes SET state=$s WHERE name=$n", ("$s", (long)state), ("$n", volume.Name));

    // What a plugin does not undo now is recorded, and tried again at the next start.
    private static async Task QuietlyAsync(Func<Task> work)
    {
        try
        {
            await Task.Run(work).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QuaiException or SqliteException or ObjectDisposedException)
        {
        }
    }

    // Takes the change lock, too, if it succeeds.
    private async Task<List<Entry>> ClaimAllAsync(List<(string Name, VolumeRequest Request)> named, CancellationToken cancellation)
    {
        List<Entry> claimed = [];
        try
        {
            foreach ((string name, VolumeRequest request) in named)
            {
                if (await ClaimAsync(name, request, cancellation).ConfigureAwait(false) is { } entry)
                {
                    claimed.Add(entry);
                }
            }

            await _changing.WaitAsync(cancellation).ConfigureAwait(false);
            return claimed;
        }
        catch
        {
            claimed.ForEach(Unclaim);
            throw;
        }
    }

    // Null for a local volume. Otherwise the volume is at its plugin, and stays until the claim is given up.
    private async Task<Entry?> ClaimAsync(string name, VolumeRequest request, CancellationToken cancellation)
    {
        while (true)
        {
            Entry? entry;
            lock (_lock)
            {
                entry = _volumes.GetValueOrDefault(name);
            }

            string driver = !string.IsNullOrEmpty(request.Driver) ? request.Driver
                : entry?.Volume.Driver ?? (string.IsNullOrEmpty(request.Name) ? null : (await OwnerAsync(name).ConfigureAwait(false))?.Driver) ?? Volume.LocalDriver;
            if (entry is not null && entry.Volume.Driver != driver)
            {
                throw NotUnique(entry.Volume);
            }

            if (driver == Volume.LocalDriver)
            {
                return null;
            }

            lock (_lock)
            {
                if (!_volumes.TryGetValue(name, out entry))
                {
                    entry = new Entry(DescribePlugged(name, driver, request)) { State = EntryState.Making };
                    _volumes.Add(name, entry);
                }

                if (entry.Volume.Driver != driver)
                {
                    throw NotUnique(entry.Volume);
                }

                entry.Claims++;
            }

            if (await HaveMadeAsync(entry, request, cancellation).ConfigureAwait(false))
            {
                return entry;
            }
        }
    }

    // False if the volume was removed meanwhile; the claim is kept if it is made.
    private async Task<bool> HaveMadeAsync(Entry entry, VolumeRequest request, CancellationToken cancellation)
    {
        bool made = false;
        try
        {
            await entry.Changing.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                if (IsCurrent(entry))
                {
                    await PluginThread.RunAsync(() => MakePlugged(entry, string.IsNullOrEmpty(request.Name) ? "" : $"create {request.Name}: ")).ConfigureAwait(false);
                    made = true;
                }
            }
            finally
            {
                entry.Changing.Release();
            }
        }
        finally
        {
            if (!made)
            {
                Unclaim(entry);
            }
        }

        return made;
    }

    private bool IsCurrent(Entry entry)
    {
        lock (_lock)
        {
            return _volumes.GetValueOrDefault(entry.Volume.Name) == entry;
        }
    }

    private void MakePlugged(Entry entry, string operation)
    {
        Volume volume = entry.Volume;
        PluginVolume? found;
        try
        {
            _plugins.Check(volume.Driver);
            found = _plugins.Find(volume.Driver, volume.Name, survey: false);
        }
        catch (QuaiException e)
        {
            string why = entry.State == EntryState.Making
                ? e.Message
                : $"found reference to volume '{volume.Name}' in driver '{volume.Driver}', but got an error while checking the driver: {e.Message}: volume name must be unique";
            throw new QuaiException(entry.State == EntryState.Making ? e.Kind : ErrorKind.Conflict, operation + why, e);
        }

        if (found is not null)
        {
            entry.Adopted |= entry.State == EntryState.Making && !entry.MaybeMade;
            return;
        }

        if (entry.State == EntryState.Making)
        {
            Write(connection => Insert(connection, volume, EntryState.Making));
        }

        entry.MaybeMade = true;
        try
        {
            _plugins.Create(volume.Driver, volume.Name, volume.OptionsGiven ? volume.Options : null);
            _plugins.LearnScope(volume.Driver);
        }
        catch (QuaiException e)
        {
            entry.MaybeMade = e is PluginException { Answered: false };
            throw new QuaiException(e.Kind, operation + e.Message, e);
        }
    }

    private void Unclaim(Entry entry)
    {
        bool over;
        lock (_lock)
        {
            over = --entry.Claims == 0 && entry.State == EntryState.Making;
            if (over && !entry.MaybeMade && !entry.Adopted)
            {
                // Its plugin refused: the name is free at once.
                _volumes.Remove(entry.Volume.Name);
            }
        }

        if (over)
        {
            _ = QuietlyAsync(() => TakeBackAsync(entry));
        }
    }

    private async Task TakeBackAsync(Entry entry)
    {
        Volume volume = entry.Volume;
        await entry.Changing.WaitAsync().ConfigureAwait(false);
        try
        {
            lock (_lock)
            {
                if (entry.Claims > 0 || entry.State != EntryState.Making)
                {
                    return;
                }

                if (_volumes.GetValueOrDefault(volume.Name) is { } other && other != entry)
                {
                    return;
                }

                entry.State = EntryState.Removing;
                _volumes[volume.Name] = entry;
            }

            bool removed = !entry.MaybeMade || entry.Adopted || await PluginThread.RunAsync(() => IsGone(volume)).ConfigureAwait(false);
            if (removed)
            {
                await DeleteRecordAsync(volume).ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_lock)
            {
                if (entry.State == EntryState.Removing && _volumes.GetValueOrDefault(volume.Name) == entry)
                {
                    _volumes.Remove(volume.Name);
                }
            }

            entry.Changing.Release();
        }
    }

    private Task DeleteRecordAsync(Volume volume) =>
        _database.WriteAsync(connection => connection.Run("DELETE FROM volumes WHERE name=$n AND driver=$d", ("$n", volume.Name), ("$d", volume.Driver)));

    private bool IsGone(Volume volume)
    {
        try
        {
            _plugins.Remove(volume.Driver, volume.Name);
            return true;
        }
        catch (QuaiException e)
        {
            return e is PluginException { Answered: true };
        }
    }

    // False if the name is a local volume's, or nobody's.
    private async Task<bool> RemovePluggedAsync(string name, bool force, CancellationToken cancellation)
    {
        Entry? entry;
        lock (_lock)
        {
            entry = _volumes.GetValueOrDefault(name);
        }

        if (entry is not null)
        {
            if (!entry.Volume.IsLocal)
            {
                await RemovePluggedAsync(entry, force, cancellation).ConfigureAwait(false);
            }

            return !entry.Volume.IsLocal;
        }

        if (await OwnerAsync(name).ConfigureAwait(false) is not { } owner)
        {
            return false;
        }

        await PluginThread.RunAsync(() => RemoveFromPlugin(owner)).ConfigureAwait(false);
        return true;
    }

    private async Task RemovePluggedAsync(Entry entry, bool force, CancellationToken cancellation)
    {
        Volume volume = entry.Volume;
        await entry.Changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            lock (_lock)
            {
                if (_volumes.GetValueOrDefault(volume.Name) != entry)
                {
                    throw NotFound(volume.Name);
                }

                if (entry.Users.Count + entry.Claims + entry.PluginMounts.Count > 0)
                {
                    throw QuaiException.Conflict($"remove {volume.Name}: volume is in use - [{string.Join(", ", entry.Users.Order(StringComparer.Ordinal))}]");
                }

                entry.State = EntryState.Removing;
            }

            try
            {
                await _database.WriteAsync(connection => WriteState(connection, volume, EntryState.Removing), CancellationToken.None).ConfigureAwait(false);
                await PluginThread.RunAsync(() => RemoveFromPlugin(volume)).ConfigureAwait(false);
            }
            catch (QuaiException) when (force)
            {
                // The record goes, as asked.
            }
            catch
            {
                await _database.WriteAsync(connection => WriteState(connection, volume, EntryState.There), CancellationToken.None).ConfigureAwait(false);
                entry.State = EntryState.There;
                throw;
            }

            await DeleteRecordAsync(volume).ConfigureAwait(false);
            lock (_lock)
            {
                _volumes.Remove(volume.Name);
            }
        }
        finally
        {
            entry.Changing.Release();
        }

        Changed?.Invoke("destroy", volume);
    }

    private void RemoveFromPlugin(Volume volume)
    {
        if (FindAtPlugin(volume) is null)
        {
            // The plugin lost it: all that is left is the record.
            return;
        }

        try
        {
            _plugins.Remove(volume.Driver, volume.Name);
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, $"remove {volume.Name}: {e.Message}", e);
        }
    }

    private Volume DescribePlugged(string name, string driver, VolumeRequest request) => Describe(name, request with { Options = null }, []) with
    {
        Mountpoint = "",
        Driver = driver,
        Options = new Dictionary<string, string>(request.Options ?? Empty),
        OptionsGiven = request.Options is not null,
    };

    private void Write(Action<SqliteConnection> work) => _database.WriteAsync(work).GetAwaiter().GetResult();
}

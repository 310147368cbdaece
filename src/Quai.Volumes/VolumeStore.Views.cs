using System.Globalization;
using Quai.Errors;
using Quai.Plugins;
using Quai.Plugins.Volumes;

namespace Quai.Volumes;

/// <content>Volumes with what their plugins tell of them, and volumes that only a plugin knows.</content>
public sealed partial class VolumeStore
{
    /// <summary>The drivers that can be asked for: <c>local</c> and the plugins in use.</summary>
    public IReadOnlyList<string> Drivers => [.. _plugins.Used().Append(Volume.LocalDriver).Order(StringComparer.Ordinal)];

    /// <summary>Finds a volume, also one that only a plugin knows, with what its plugin tells of it.</summary>
    /// <exception cref="QuaiException">There is none, or its plugin cannot be asked.</exception>
    public async Task<Volume> InspectAsync(string name)
    {
        if (TryGet(name) is not { } volume)
        {
            return await OwnerAsync(name).ConfigureAwait(false) ?? throw NotFound(name);
        }

        return volume.IsLocal ? volume : await PluginThread.RunAsync(() => FindAtPlugin(volume)).ConfigureAwait(false) ?? throw NotFound(name);
    }

    /// <summary>All volumes, also those that only plugins know, and what kept a plugin from telling.</summary>
    public async Task<(IReadOnlyList<Volume> Volumes, IReadOnlyList<string> Warnings)> ListAllAsync()
    {
        List<string> warnings = [];
        List<Volume> found = [];
        await ForEachPluginAsync(driver =>
        {
            try
            {
                IReadOnlyList<PluginVolume> volumes = _plugins.List(driver);
                lock (found)
                {
                    found.AddRange(volumes.Select(v => WithPlugin(Bare(driver, v.Name), v)));
                }
            }
            catch (QuaiException e) when (e.Kind != ErrorKind.NotFound)
            {
                lock (found)
                {
                    warnings.Add($"list {driver}: {e.Message}");
                }
            }
            catch (QuaiException)
            {
                // It is no plugin of volumes, or has gone.
            }
        }).ConfigureAwait(false);
        Dictionary<string, Volume> all = [];
        foreach (Volume volume in found.OrderBy(v => v.Driver, StringComparer.Ordinal))
        {
            all.TryAdd(volume.Name, volume);
        }

        foreach (Volume volume in List())
        {
            Volume? shown = all.GetValueOrDefault(volume.Name);
            all[volume.Name] = volume.IsLocal || shown?.Driver != volume.Driver
                ? volume with { Scope = volume.IsLocal ? volume.Scope : _plugins.KnownScope(volume.Driver) }
                : volume with { Mountpoint = shown.Mountpoint, Created = shown.Created == DateTimeOffset.UnixEpoch ? volume.Created : shown.Created, Scope = shown.Scope, Status = shown.Status };
        }

        return ([.. all.Values.OrderBy(v => v.Name, StringComparer.Ordinal)], warnings);
    }

    private static Volume Bare(string driver, string name) => new(name, Empty, Empty, DateTimeOffset.UnixEpoch, "") { Driver = driver };

    private Volume WithPlugin(Volume volume, PluginVolume shown) => volume with
    {
        Mountpoint = shown.Mountpoint ?? "",
        Created = DateTimeOffset.TryParse(shown.CreatedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset created) ? created : volume.Created,
        Status = shown.Status is { Count: > 0 } status ? status : null,
        Scope = _plugins.KnownScope(volume.Driver),
    };

    // Null if the plugin says that it has none of that name.
    private Volume? FindAtPlugin(Volume volume)
    {
        try
        {
            if (_plugins.Find(volume.Driver, volume.Name, survey: false) is not { } shown)
            {
                return null;
            }

            _plugins.LearnScope(volume.Driver);
            return WithPlugin(volume, shown);
        }
        catch (QuaiException e)
        {
            throw QuaiException.System($"get {volume.Name}: error while checking if volume \"{volume.Name}\" exists in driver \"{volume.Driver}\": {e.Message}", e);
        }
    }

    // The volume of a plugin that was never made through this daemon; null if no plugin has one of that name.
    private async Task<Volume?> OwnerAsync(string name)
    {
        List<Volume> found = [];
        await ForEachPluginAsync(driver =>
        {
            try
            {
                if (_plugins.Find(driver, name, survey: true) is { } shown)
                {
                    lock (found)
                    {
                        found.Add(WithPlugin(Bare(driver, name), shown));
                    }
                }
            }
            catch (QuaiException)
            {
                // It is no plugin of volumes, or does not tell.
            }
        }).ConfigureAwait(false);
        return found.MinBy(v => v.Driver, StringComparer.Ordinal);
    }

    private Task ForEachPluginAsync(Action<string> ask) => Task.WhenAll(_plugins.Announced().Select(driver => PluginThread.RunAsync(() => ask(driver))));
}

using Quai.Errors;
using Quai.Plugins.Discovery;
using Quai.Plugins.Transport;

namespace Quai.Plugins;

/// <summary>
/// The host's plugins by Docker's protocol of sockets. A plugin is activated when it is first used, and again when it listens elsewhere.
/// Calls block the thread; a plugin that hangs keeps only its own callers waiting.
/// </summary>
/// <param name="directories">Where plugins announce themselves.</param>
/// <param name="limits">What they may cost.</param>
/// <param name="time">The clock.</param>
public sealed class PluginRegistry(PluginDirectories directories, PluginLimits limits, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Plugin> _active = [];

    /// <summary>What plugins may cost.</summary>
    public PluginLimits Limits => limits;

    /// <summary>The names of all plugins that are announced, whatever they are.</summary>
    public IReadOnlyList<string> Names() => directories.Names();

    /// <summary>The plugins that are known to be something, by name; nobody is called.</summary>
    public IReadOnlyList<string> ActiveNames(string capability)
    {
        lock (_lock)
        {
            return [.. _active.Values.Where(p => p.Implements.Contains(capability)).Select(p => p.Name).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Finds a plugin, and activates it if it is not.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="capability">What it must be, as <c>VolumeDriver</c>.</param>
    /// <param name="patient">Whether to wait for one that is not there, because it may be starting.</param>
    /// <param name="limit">How long activation may take; null for the usual time.</param>
    /// <exception cref="QuaiException">There is none of that name, it cannot be activated, or is something else.</exception>
    public Plugin Get(string name, string capability, bool patient, TimeSpan? limit = null)
    {
        PluginAddress? address = directories.Find(name);
        Plugin? known;
        lock (_lock)
        {
            known = _active.GetValueOrDefault(name);
        }

        long start = time.GetTimestamp();
        while (address is null && known is null && patient && time.GetElapsedTime(start) < limits.Patience)
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(250));
            address = directories.Find(name);
        }

        // One that was activated and is gone may come back: the call waits for it and says what is missing.
        Plugin plugin = known is not null && (address is null || address == known.Address)
            ? known
            : Activate(name, address ?? throw QuaiException.NotFound($"plugin \"{name}\" not found"), limit ?? limits.Activation);
        return plugin.Implements.Contains(capability) ? plugin : throw QuaiException.NotFound($"plugin \"{name}\" found but does not implement \"{capability}\"");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Plugin plugin in _active.Values)
            {
                plugin.Dispose();
            }

            _active.Clear();
        }
    }

    private Plugin Activate(string name, PluginAddress address, TimeSpan limit)
    {
        var client = new PluginClient(name, address, limits, time);
        try
        {
            ActivationAnswer answer = client.Call("Plugin.Activate", null, PluginJson.Default.ActivationAnswer, limit, TimeSpan.Zero);
            var plugin = new Plugin(name, address, client, answer.Implements ?? throw new PluginException($"plugin \"{name}\" does not say what it implements", answered: false));
            lock (_lock)
            {
                // One that is being called meanwhile ends with its call.
                return _active[name] = plugin;
            }
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}

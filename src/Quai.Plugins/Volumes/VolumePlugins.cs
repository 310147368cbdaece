using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Errors;
using Quai.Plugins.Transport;

namespace Quai.Plugins.Volumes;

/// <summary>The calls of volume plugins. Each blocks the thread.</summary>
/// <param name="registry">The host's plugins.</param>
public sealed class VolumePlugins(PluginRegistry registry)
{
    private const string Kind = "VolumeDriver";

    private readonly ConcurrentDictionary<string, string> _scopes = [];

    /// <summary>The names of all plugins that are announced, whatever they are.</summary>
    public IReadOnlyList<string> Announced() => registry.Names();

    /// <summary>The names of volume plugins that have been used.</summary>
    public IReadOnlyList<string> Used() => registry.ActiveNames(Kind);

    /// <summary>Refuses a driver that is no volume plugin of the host.</summary>
    /// <exception cref="QuaiException">In Docker's words.</exception>
    public void Check(string driver) => Find(driver, patient: false, limit: null);

    /// <summary>Makes a volume.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void Create(string driver, string name, IReadOnlyDictionary<string, string>? options) =>
        Change(driver, "Create", Bytes(new CreateRequest(name, options), VolumeMessages.Default.CreateRequest), VolumeMessages.Default.PluginAnswer);

    /// <summary>Removes one.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void Remove(string driver, string name) =>
        Change(driver, "Remove", Bytes(new NamedRequest(name), VolumeMessages.Default.NamedRequest), VolumeMessages.Default.PluginAnswer);

    /// <summary>Mounts one for a user.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="name">The volume.</param>
    /// <param name="user">The user's id: the plugin counts them.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="QuaiException">The plugin is not there, refuses, does not answer, or names no folder.</exception>
    public string Mount(string driver, string name, string user)
    {
        MountAnswer answer = Change(driver, "Mount", Bytes(new MountRequest(name, user), VolumeMessages.Default.MountRequest), VolumeMessages.Default.MountAnswer);
        return answer.Mountpoint is { } path && path.StartsWith('/') && !path.Contains('\0')
            ? path
            : throw new PluginException($"plugin \"{driver}\" answered {Kind}.Mount without a folder of the host", answered: false);
    }

    /// <summary>A user no longer needs one.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public void Unmount(string driver, string name, string user) =>
        Change(driver, "Unmount", Bytes(new MountRequest(name, user), VolumeMessages.Default.MountRequest), VolumeMessages.Default.PluginAnswer);

    /// <summary>Finds a volume; null if the plugin says that it has none of that name.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="name">The volume.</param>
    /// <param name="survey">Whether all plugins are asked: one that does not answer soon is passed over.</param>
    /// <exception cref="QuaiException">The plugin is not there, or does not answer.</exception>
    public PluginVolume? Find(string driver, string name, bool survey)
    {
        try
        {
            return Ask(driver, "Get", Bytes(new NamedRequest(name), VolumeMessages.Default.NamedRequest), VolumeMessages.Default.VolumeAnswer, survey).Volume;
        }
        catch (PluginException e) when (e.Answered)
        {
            return null;
        }
    }

    /// <summary>A plugin's volumes; it is given a short time.</summary>
    /// <exception cref="QuaiException">The plugin is not there, refuses, or does not answer.</exception>
    public IReadOnlyList<PluginVolume> List(string driver)
    {
        LearnScope(driver);
        return [.. (Ask(driver, "List", Bytes(new EmptyRequest(), VolumeMessages.Default.EmptyRequest), VolumeMessages.Default.VolumesAnswer, survey: true).Volumes ?? [])
            .OfType<PluginVolume>().Where(v => !string.IsNullOrEmpty(v.Name))];
    }

    /// <summary>Asks a plugin where its volumes exist, if it was not asked before. One that does not say keeps them on this machine.</summary>
    public void LearnScope(string driver)
    {
        if (_scopes.ContainsKey(driver))
        {
            return;
        }

        try
        {
            CapabilitiesAnswer answer = Ask(driver, "Capabilities", Bytes(new EmptyRequest(), VolumeMessages.Default.EmptyRequest), VolumeMessages.Default.CapabilitiesAnswer, survey: true);
            _scopes[driver] = answer.Capabilities?.Scope?.ToLowerInvariant() == "global" ? "global" : "local";
        }
        catch (PluginException e) when (e.Answered)
        {
            _scopes[driver] = "local";
        }
        catch (QuaiException)
        {
            // It is asked again the next time.
        }
    }

    /// <summary>Where a plugin's volumes exist, as far as it said: <c>local</c> or <c>global</c>.</summary>
    public string KnownScope(string driver) => _scopes.GetValueOrDefault(driver, "local");

    private static byte[] Bytes<T>(T request, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(request, type);

    private T Change<T>(string driver, string method, byte[] request, JsonTypeInfo<T> answer)
        where T : PluginAnswer =>
        Find(driver, patient: true, limit: null).Call($"{Kind}.{method}", request, answer, registry.Limits.Change, registry.Limits.Patience);

    private T Ask<T>(string driver, string method, byte[] request, JsonTypeInfo<T> answer, bool survey)
        where T : PluginAnswer
    {
        Plugin plugin = Find(driver, patient: false, survey ? registry.Limits.Survey : null);
        return plugin.Call($"{Kind}.{method}", request, answer, survey ? registry.Limits.Survey : registry.Limits.Question, survey ? TimeSpan.Zero : registry.Limits.Patience);
    }

    private Plugin Find(string driver, bool patient, TimeSpan? limit)
    {
        try
        {
            return registry.Get(driver, Kind, patient, limit);
        }
        catch (QuaiException e)
        {
            string message = $"error looking up volume plugin {driver}: {e.Message}";
            throw e is PluginException ? new PluginException(message, answered: false, e) : new QuaiException(e.Kind, message, e);
        }
    }
}

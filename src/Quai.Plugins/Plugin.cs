using System.Text.Json.Serialization.Metadata;
using Quai.Plugins.Discovery;
using Quai.Plugins.Transport;

namespace Quai.Plugins;

/// <summary>A plugin that was activated.</summary>
public sealed class Plugin : IDisposable
{
    private readonly PluginClient _client;

    internal Plugin(string name, PluginAddress address, PluginClient client, IReadOnlyList<string> implements)
    {
        (Name, Address, _client, Implements) = (name, address, client, implements);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it is, as <c>VolumeDriver</c>.</summary>
    public IReadOnlyList<string> Implements { get; }

    internal PluginAddress Address { get; }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>Calls a method; what the plugin refuses is an exception.</summary>
    /// <exception cref="PluginException">It fails.</exception>
    internal T Call<T>(string method, byte[]? request, JsonTypeInfo<T> answer, TimeSpan limit, TimeSpan patience)
        where T : PluginAnswer
    {
        T result = _client.Call(method, request, answer, limit, patience);
        return string.IsNullOrEmpty(result.Err) ? result : throw new PluginException(result.Err, answered: true);
    }
}

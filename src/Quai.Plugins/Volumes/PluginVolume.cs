using System.Text.Json;

namespace Quai.Plugins.Volumes;

/// <summary>A volume as its plugin shows it.</summary>
public sealed record PluginVolume
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it is mounted; empty if it is not.</summary>
    public string? Mountpoint { get; init; }

    /// <summary>When it was created, by RFC 3339; the plugin need not know.</summary>
    public string? CreatedAt { get; init; }

    /// <summary>Whatever the plugin tells of it.</summary>
    public Dictionary<string, JsonElement>? Status { get; init; }
}

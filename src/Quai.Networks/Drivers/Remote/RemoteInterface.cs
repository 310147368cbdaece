using System.Text.Json.Serialization;

namespace Quai.Networks.Drivers.Remote;

/// <summary>What a plugin made for an endpoint, checked. Recorded as it is.</summary>
internal sealed record RemoteInterface
{
    /// <summary>The host's interface that becomes the container's; empty where the plugin made none.</summary>
    public string Source { get; init; } = "";

    /// <summary>Its name in the container.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its hardware address in colon form; empty for the one that it has.</summary>
    public string Mac { get; init; } = "";

    /// <summary>An IPv4 address that the plugin gave, with the length of its prefix; null where somebody else gave it.</summary>
    public string? IPv4 { get; init; }

    /// <summary>The same of IPv6.</summary>
    public string? IPv6 { get; init; }

    /// <summary>The next hop to everywhere else; null for none.</summary>
    public string? Gateway { get; init; }

    /// <summary>The same of IPv6.</summary>
    public string? Gateway6 { get; init; }

    /// <summary>Further routes.</summary>
    public IReadOnlyList<RemoteRoute> Routes { get; init; } = [];
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RemoteInterface))]
internal sealed partial class RemoteJson : JsonSerializerContext;

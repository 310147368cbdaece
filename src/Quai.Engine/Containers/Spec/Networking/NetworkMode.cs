using System.Text.Json.Serialization;

namespace Quai.Engine.Containers.Spec.Networking;

/// <summary>Which network a container uses: its own on a network, its own with only loopback, the host's, another container's.</summary>
/// <param name="Text">As in <c>--network</c>: a network's name, <c>none</c>, <c>host</c>, <c>container:ID</c>; <c>default</c> and the empty string mean <c>bridge</c>.</param>
[JsonConverter(typeof(NetworkModeConverter))]
public readonly record struct NetworkMode(string Text)
{
    /// <summary>The network of containers that name none.</summary>
    public const string Bridge = "bridge";

    private const string OfContainer = "container:";

    /// <summary>As in the API; never null.</summary>
    public string Text { get; } = Text ?? "";

    /// <summary>The host's own network.</summary>
    public bool IsHost => Text == "host";

    /// <summary>Its own network with only loopback.</summary>
    public bool IsNone => Text == "none";

    /// <summary>Another container's.</summary>
    public bool IsContainer => Container is not null;

    /// <summary>The container whose network is joined, as the request names it; null for none.</summary>
    public string? Container => Text.StartsWith(OfContainer, StringComparison.Ordinal) ? Text[OfContainer.Length..] : null;

    /// <summary>The name of a network that leases an address; null for host, none and container.</summary>
    public string? Network => Text switch
    {
        "" or "default" or Bridge => Bridge,
        "host" or "none" => null,
        _ => IsContainer ? null : Text,
    };

    /// <inheritdoc/>
    public override string ToString() => Text;
}

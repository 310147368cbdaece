using System.Text.Json.Serialization;

namespace Quai.Engine.Containers.Spec;

/// <summary>Which namespace of a kind a container uses: its own, the host's, another container's.</summary>
/// <param name="Text">As in the API: empty, <c>private</c>, <c>shareable</c>, <c>none</c>, <c>host</c>, <c>container:ID</c>.</param>
[JsonConverter(typeof(NamespaceModeConverter))]
public readonly record struct NamespaceMode(string Text)
{
    private const string OfContainer = "container:";

    /// <summary>As in the API; never null.</summary>
    public string Text { get; } = Text ?? "";

    /// <summary>The host's.</summary>
    public bool IsHost => Text == "host";

    /// <summary>Its own, which others may join.</summary>
    public bool IsShareable => Text == "shareable";

    /// <summary>Its own with nothing in it.</summary>
    public bool IsNone => Text == "none";

    /// <summary>The container whose namespace is joined, as the request names it; null for none.</summary>
    public string? Container => Text.StartsWith(OfContainer, StringComparison.Ordinal) ? Text[OfContainer.Length..] : null;

    /// <inheritdoc/>
    public override string ToString() => Text;
}

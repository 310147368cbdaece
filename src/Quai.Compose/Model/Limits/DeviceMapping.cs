using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Limits;

/// <summary>A device of the host.</summary>
public sealed record DeviceMapping
{
    /// <summary>The device, or its CDI name.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where in the container.</summary>
    public string Target { get; init; } = "";

    /// <summary>What may be done with it.</summary>
    public string Permissions { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static DeviceMapping Read(ComposeMapping node) => new()
    {
        Source = node.Text("source"),
        Target = node.Text("target"),
        Permissions = node.Text("permissions"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("source", Source)
        .Text("target", Target)
        .Text("permissions", Permissions)
        .Extensions(Extensions)
        .Done();
}

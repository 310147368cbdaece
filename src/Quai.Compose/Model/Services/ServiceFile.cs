using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>A config or a secret as a service sees it.</summary>
public sealed record ServiceFile
{
    /// <summary>Its name in the project.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where in the container.</summary>
    public string Target { get; init; } = "";

    /// <summary>The owner.</summary>
    public string Uid { get; init; } = "";

    /// <summary>The group.</summary>
    public string Gid { get; init; } = "";

    /// <summary>The mode; null if nothing was said.</summary>
    public long? Mode { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceFile Read(ComposeMapping node) => new()
    {
        Source = node.Text("source"),
        Target = node.Text("target"),
        Uid = node.Text("uid"),
        Gid = node.Text("gid"),
        Mode = node.Mode("mode"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("source", Source)
        .Text("target", Target)
        .Text("uid", Uid)
        .Text("gid", Gid)
        .Mode("mode", Mode)
        .Extensions(Extensions)
        .Done();
}

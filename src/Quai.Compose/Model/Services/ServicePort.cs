using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>A published port.</summary>
public sealed record ServicePort
{
    /// <summary>A name for readers.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>host</c> or <c>ingress</c>.</summary>
    public string Mode { get; init; } = "";

    /// <summary>The host's address; empty if all.</summary>
    public string HostIp { get; init; } = "";

    /// <summary>The container's port.</summary>
    public long Target { get; init; }

    /// <summary>The host's port or range; empty if the engine chooses.</summary>
    public string Published { get; init; } = "";

    /// <summary><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>The protocol that is spoken above.</summary>
    public string AppProtocol { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServicePort Read(ComposeMapping node) => new()
    {
        Name = node.Text("name"),
        Mode = node.Text("mode"),
        HostIp = node.Text("host_ip"),
        Target = node.Number("target"),
        Published = node.Text("published"),
        Protocol = node.Text("protocol"),
        AppProtocol = node.Text("app_protocol"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("name", Name)
        .Text("mode", Mode)
        .Text("host_ip", HostIp)
        .Number("target", Target)
        .Text("published", Published)
        .Text("protocol", Protocol)
        .Text("app_protocol", AppProtocol)
        .Extensions(Extensions)
        .Done();
}

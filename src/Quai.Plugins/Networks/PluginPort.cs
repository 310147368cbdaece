using System.Text.Json.Nodes;

namespace Quai.Plugins.Networks;

/// <summary>A port of a container, as a plugin is told of it.</summary>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="Port">The port inside.</param>
/// <param name="HostAddress">On which of the host's addresses it is to be published; empty for all.</param>
/// <param name="HostPort">The port on the host; 0 for any.</param>
/// <param name="HostPortEnd">The last of a range to choose from.</param>
public sealed record PluginPort(string Protocol, int Port, string HostAddress, int HostPort, int HostPortEnd)
{
    internal JsonObject Exposed() => new() { ["Proto"] = Number, [nameof(Port)] = Port };

    internal JsonObject Published() => new() { ["Proto"] = Number, ["IP"] = "", [nameof(Port)] = Port, ["HostIP"] = HostAddress, [nameof(HostPort)] = HostPort, [nameof(HostPortEnd)] = HostPortEnd };

    // As /etc/protocols has them.
    private int Number => Protocol switch
    {
        "udp" => 17,
        "sctp" => 132,
        _ => 6,
    };
}

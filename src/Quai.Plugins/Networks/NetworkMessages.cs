using System.Text.Json.Serialization;
using Quai.Plugins.Transport;

namespace Quai.Plugins.Networks;

internal sealed record CapabilityAnswer : PluginAnswer
{
    public string? Scope { get; init; }

    public string? ConnectivityScope { get; init; }
}

internal sealed record EndpointAnswer : PluginAnswer
{
    public PluginInterface? Interface { get; init; }
}

internal sealed record JoinAnswer : PluginAnswer
{
    public JoinedName? InterfaceName { get; init; }

    public string? Gateway { get; init; }

    public string? GatewayIPv6 { get; init; }

    public List<PluginRoute?>? StaticRoutes { get; init; }

    public bool DisableGatewayService { get; init; }
}

internal sealed record JoinedName(string? SrcName, string? DstPrefix);

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(PluginAnswer))]
[JsonSerializable(typeof(CapabilityAnswer))]
[JsonSerializable(typeof(EndpointAnswer))]
[JsonSerializable(typeof(JoinAnswer))]
internal sealed partial class NetworkMessages : JsonSerializerContext;

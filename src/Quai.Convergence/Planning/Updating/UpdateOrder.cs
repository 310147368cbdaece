using Quai.Compose.Model;

namespace Quai.Convergence.Planning.Updating;

/// <summary>Whether a service's containers can be started beside those that they replace.</summary>
internal static class UpdateOrder
{
    /// <summary>What is written in the file for it.</summary>
    public const string StartFirst = "start-first";

    /// <summary>What is in the way of it; null for nothing.</summary>
    public static string? Obstacle(ComposeService service) => service switch
    {
        { ContainerName.Length: > 0 } => "it has a container_name, which two containers cannot have at once",
        { NetworkMode: "host" } => "it is on the host's network, where two containers cannot have one port at once",
        { NetworkMode: "none" } => "it has no network, so there is nothing to take over",
        { NetworkMode: { Length: > 0 } mode } when mode.Contains(':', StringComparison.Ordinal) => "it is on another container's network",
        _ when service.MacAddress.Length > 0 || service.Networks.Values.Any(network => network is { Ipv4Address.Length: > 0 } or { Ipv6Address.Length: > 0 } or { MacAddress.Length: > 0 })
            => "it has a fixed address, which two containers cannot have at once",
        _ => null,
    };
}

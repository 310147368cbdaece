using Quai.Compose.Model;

namespace Quai.Convergence.Planning.Updating;

/// <summary>Whether a service's containers can be started beside those that they replace.</summary>
internal static class UpdateOrder
{
    /// <summary>What is written in the file for it.</summary>
    public const string StartFirst = "start-first";

    /// <summary>Checks what a service's policy says: what Docker's compose passes over is kept here.</summary>
    /// <returns>What of it cannot be; null for nothing.</returns>
    public static string? Fault(ComposeService service)
    {
        if (service.Deploy?.Update is { } policy)
        {
            string? wrong = policy.FailureAction is not ("" or "pause" or "continue" or "rollback") ? $"failure_action: \"{policy.FailureAction}\" is none of pause, continue and rollback"
                : policy.Order is not ("" or StartFirst or "stop-first") ? $"order: \"{policy.Order}\" is neither {StartFirst} nor stop-first"
                : policy.Parallelism < 0 ? $"parallelism: {policy.Parallelism} is less than 0"
                : policy.MaxFailureRatio is < 0 or > 1 ? $"max_failure_ratio: {policy.MaxFailureRatio} is not between 0 and 1"
                : null;
            return wrong is null ? null : $"service \"{service.Name}\": deploy.update_config.{wrong}";
        }

        return null;
    }

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

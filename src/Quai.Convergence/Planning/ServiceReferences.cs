using Quai.Compose.Model;

namespace Quai.Convergence.Planning;

/// <summary>What a service says of other services' containers: namespaces and volumes that it shares.</summary>
public static class ServiceReferences
{
    private const string Prefix = "service:";

    /// <summary>The services whose containers must be there before one of this service can be made.</summary>
    public static IReadOnlyList<string> Needed(ComposeService service) =>
        [.. Shared(service).Concat(service.Links.Select(link => link.Split(':')[0])).Distinct()];

    /// <summary>The services whose containers' ids are a part of this service's containers.</summary>
    public static IReadOnlyList<string> Shared(ComposeService service) => [.. ((string[])[service.NetworkMode, service.Ipc, service.Pid])
        .Where(mode => mode.StartsWith(Prefix, StringComparison.Ordinal)).Select(mode => mode[Prefix.Length..])
        .Concat(service.VolumesFrom.Where(from => !from.StartsWith("container:", StringComparison.Ordinal)).Select(from => from.Split(':')[0])).Distinct()];

    /// <summary>The service with containers' ids in place of the services' names.</summary>
    /// <param name="service">The service.</param>
    /// <param name="containerOf">The id of a service's first container; null where there is none.</param>
    /// <exception cref="ConvergenceException">A container is missing.</exception>
    public static ComposeService Resolve(ComposeService service, Func<string, string?> containerOf)
    {
        string Mode(string mode, string what) => !mode.StartsWith(Prefix, StringComparison.Ordinal) ? mode
            : "container:" + (containerOf(mode[Prefix.Length..]) ?? throw new ConvergenceException($"cannot share {what} namespace with service {mode[Prefix.Length..]}: container missing"));

        return Shared(service).Count == 0 && !service.VolumesFrom.Any() ? service : service with
        {
            NetworkMode = Mode(service.NetworkMode, "network"),
            Ipc = Mode(service.Ipc, "IPC"),
            Pid = Mode(service.Pid, "PID"),
            VolumesFrom = [.. service.VolumesFrom.Select(from => Volumes(from, containerOf))],
        };
    }

    private static string Volumes(string from, Func<string, string?> containerOf)
    {
        string[] parts = from.Split(':');
        return parts[0] == "container" && parts.Length > 1 ? parts[1]
            : containerOf(parts[0]) ?? throw new ConvergenceException($"cannot share volume with service {parts[0]}: container missing");
    }
}

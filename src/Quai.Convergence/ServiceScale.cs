using Quai.Compose.Model;

namespace Quai.Convergence;

/// <summary>How many containers services have.</summary>
public static class ServiceScale
{
    /// <summary>The number of containers that a service is to have.</summary>
    public static int Of(ComposeService service) => (int)(service.Scale ?? service.Deploy?.Replicas ?? 1);

    /// <summary>The name of one of a service's containers.</summary>
    /// <param name="projectName">The project's name.</param>
    /// <param name="service">The service.</param>
    /// <param name="number">The container's number, from one.</param>
    public static string ContainerName(string projectName, ComposeService service, int number) =>
        service.ContainerName.Length > 0 ? service.ContainerName : $"{projectName}-{service.Name}-{number}";

    /// <summary>The image of a service; where it names none, that which is built for it.</summary>
    public static string ImageOf(ComposeProject project, ComposeService service) => service.Image.Length > 0 ? service.Image : $"{project.Name}-{service.Name}";

    /// <summary>A service's networks, the one with the highest priority first.</summary>
    public static IReadOnlyList<string> NetworksByPriority(ComposeService service) =>
        [.. service.Networks.OrderByDescending(entry => entry.Value?.Priority ?? 0).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Key)];
}

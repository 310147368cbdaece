using System.Globalization;
using Quai.Compose.Model;

namespace Quai.Convergence.Requests;

/// <summary>The links of a container, as the engine wants them.</summary>
public static class ServiceLinks
{
    /// <summary>Each as <c>CONTAINER:NAME</c>.</summary>
    /// <param name="project">The project.</param>
    /// <param name="service">The service.</param>
    /// <param name="number">The container's number in it.</param>
    /// <param name="containersOf">The names of a service's containers.</param>
    public static IReadOnlyList<string> Of(ComposeProject project, ComposeService service, int number, Func<string, IReadOnlyList<string>> containersOf)
    {
        List<string> links = [];
        string index = number.ToString(CultureInfo.InvariantCulture);
        foreach (string link in service.Links)
        {
            string[] parts = link.Split(':');
            foreach (string container in containersOf(parts[0]))
            {
                links.Add($"{container}:{(parts.Length == 2 ? parts[1] : parts[0])}");
                links.Add($"{container}:{parts[0]}-{index}");
                links.Add($"{container}:{project.Name}-{parts[0]}-{index}");
            }
        }

        foreach (string link in service.ExternalLinks)
        {
            string[] parts = link.Split(':');
            links.Add($"{parts[0]}:{(parts.Length == 2 ? parts[1] : parts[0])}");
        }

        return links;
    }
}

using Quai.Compose.Model;
using Quai.Compose.Model.Services;

namespace Quai.Convergence.Observing;

/// <summary>What can be known of a project without its files.</summary>
public static class LabelledProject
{
    /// <summary>A project with the services that containers say they belong to, and what these depend on.</summary>
    /// <param name="name">The project's name.</param>
    /// <param name="containers">Its containers.</param>
    public static ComposeProject Of(string name, IReadOnlyList<ObservedContainer> containers) => new()
    {
        Name = name,
        WorkingDirectory = containers.Select(container => container.Label(ComposeLabels.WorkingDirectory)).FirstOrDefault(folder => folder.Length > 0) ?? "",
        Services = containers.Where(container => !container.IsOneOff && container.Service.Length > 0).GroupBy(container => container.Service).ToDictionary(group => group.Key, group => new ComposeService
        {
            Name = group.Key,
            Image = group.First().Summary.Image,
            Scale = group.Count(),
            DependsOn = Dependencies(group.First()),
        }),
    };

    private static Dictionary<string, ServiceDependency?> Dependencies(ObservedContainer container)
    {
        Dictionary<string, ServiceDependency?> all = [];
        foreach (string one in container.Label(ComposeLabels.DependsOn).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = one.Split(':');
            all[parts[0]] = new() { Condition = parts.Length > 1 ? parts[1] : "", Restart = parts is [_, _, "true"], Required = true };
        }

        return all;
    }
}

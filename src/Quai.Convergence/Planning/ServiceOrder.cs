using Quai.Compose.Model;

namespace Quai.Convergence.Planning;

/// <summary>The order of a project's services.</summary>
public static class ServiceOrder
{
    /// <summary>The services, each after those that it depends on.</summary>
    /// <exception cref="ConvergenceException">They depend on one another in a circle.</exception>
    public static IReadOnlyList<ComposeService> Of(ComposeProject project)
    {
        List<ComposeService> order = [];
        HashSet<string> done = [];
        foreach (string name in project.Services.Keys.Order(StringComparer.Ordinal))
        {
            Visit(project, name, order, done, []);
        }

        return order;
    }

    /// <summary>The services that depend on one directly.</summary>
    public static IEnumerable<ComposeService> DependentsOf(ComposeProject project, string service) => project.Services.Values.Where(other => other.DependsOn.ContainsKey(service));

    private static void Visit(ComposeProject project, string name, List<ComposeService> order, HashSet<string> done, List<string> path)
    {
        if (done.Contains(name) || !project.Services.TryGetValue(name, out ComposeService? service))
        {
            return;
        }

        if (path.Contains(name))
        {
            throw new ConvergenceException($"dependency cycle detected: {string.Join(" -> ", path.SkipWhile(one => one != name))} -> {name}");
        }

        path.Add(name);
        foreach (string other in service.DependsOn.Keys.Order(StringComparer.Ordinal))
        {
            Visit(project, other, order, done, path);
        }

        path.RemoveAt(path.Count - 1);
        done.Add(name);
        order.Add(service);
    }
}

using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Recovering;

/// <summary>What containers of composed applications wait for when they are started again: their labels tell it.</summary>
internal sealed class StartOrder
{
    private const string Project = "com.docker.compose.project", Service = "com.docker.compose.service", DependsOn = "com.docker.compose.depends_on", OneOff = "com.docker.compose.oneoff";

    private readonly ILookup<(string Project, string Service), Container> _services;

    /// <param name="all">All containers.</param>
    public StartOrder(IEnumerable<Container> all) =>
        _services = all.Where(c => Label(c, Service).Length > 0 && Label(c, OneOff) != "True").ToLookup(c => (Label(c, Project), Label(c, Service)));

    /// <summary>What a container depends on, and what it waits for there: <c>service_started</c>, <c>service_healthy</c> or <c>service_completed_successfully</c>.</summary>
    public IEnumerable<(Container Container, string Condition)> Of(Container container) =>
        from words in Label(container, DependsOn).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(dependency => dependency.Split(':'))
        from other in _services[(Label(container, Project), words[0])]
        where other != container
        select (other, words.Length > 1 ? words[1] : "service_started");

    private static string Label(Container container, string name) => container.Spec.Labels.GetValueOrDefault(name, "");
}

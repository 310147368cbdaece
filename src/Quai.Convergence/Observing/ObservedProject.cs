using Quai.Api.Networks;
using Quai.Api.Volumes;

namespace Quai.Convergence.Observing;

/// <summary>What the engine has of a project, and what could be in its way.</summary>
public sealed record ObservedProject
{
    /// <summary>The project's containers, those of <c>run</c> included.</summary>
    public IReadOnlyList<ObservedContainer> Containers { get; init; } = [];

    /// <summary>All networks, whoever made them.</summary>
    public IReadOnlyList<NetworkInspect> Networks { get; init; } = [];

    /// <summary>All volumes, by name, whoever made them.</summary>
    public IReadOnlyDictionary<string, VolumeInspect> Volumes { get; init; } = new Dictionary<string, VolumeInspect>();

    /// <summary>The images of the project's services that the engine has, by the names that the project gives them.</summary>
    public IReadOnlyDictionary<string, ObservedImage> Images { get; init; } = new Dictionary<string, ObservedImage>();

    /// <summary>A service's containers, without those of <c>run</c>, by number.</summary>
    public IReadOnlyList<ObservedContainer> Of(string service) =>
        [.. Containers.Where(container => !container.IsOneOff && container.Service == service).OrderBy(container => container.Number).ThenBy(container => container.Name, StringComparer.Ordinal)];
}

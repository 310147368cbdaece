using System.Globalization;
using Quai.Api.Containers;

namespace Quai.Convergence.Observing;

/// <summary>A container of a project, as the engine lists it.</summary>
/// <param name="Summary">What the engine lists.</param>
public sealed record ObservedContainer(ContainerSummary Summary)
{
    // What is usually shown of ids.
    private const int PartOfId = 12;

    /// <summary>Its id.</summary>
    public string Id => Summary.Id;

    /// <summary>Its name.</summary>
    public string Name { get; } = NameOf(Summary);

    /// <summary>The service that it belongs to; empty for none.</summary>
    public string Service => Label(ComposeLabels.Service);

    /// <summary>Its number in the service; 0 for none.</summary>
    public int Number => int.TryParse(Label(ComposeLabels.Number), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    /// <summary>Whether <c>run</c> made it.</summary>
    public bool IsOneOff => Label(ComposeLabels.OneOff) == "True";

    /// <summary>Its state: created, running, paused, restarting, removing, exited or dead.</summary>
    public string State => Summary.State;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => State == "running";

    /// <summary>Whether it runs and its health check passes.</summary>
    public bool IsHealthy => IsRunning && Summary.Status.EndsWith("(healthy)", StringComparison.Ordinal);

    /// <summary>Whether it has ended with exit code 0.</summary>
    public bool HasCompleted => State == "exited" && Summary.Status.StartsWith("Exited (0)", StringComparison.Ordinal);

    /// <summary>The name that it is to have, as long as another container has it, or had: its own begins with that one's id. Null where its name is its own.</summary>
    public string? InterimNameOf => Name.Length > PartOfId + 1 && Name[PartOfId] == '_' && Name[..PartOfId].All(char.IsAsciiHexDigitLower) ? Name[(PartOfId + 1)..] : null;

    /// <summary>Whether its interim name is one that is made of a container's id.</summary>
    public bool IsNamedAfter(ObservedContainer other) => InterimNameOf is { } name && (Name == other.InterimName(name) || Name == other.OtherInterimName(name));

    /// <summary>By what the container goes that takes its place, as long as this one is there. This one may have just such a name, from a command that was interrupted.</summary>
    /// <param name="name">The name that both are to have.</param>
    public string FreeInterimName(string name) => Name == InterimName(name) ? OtherInterimName(name) : InterimName(name);

    /// <summary>A label; empty where it has none of this name.</summary>
    public string Label(string name) => Summary.Labels.GetValueOrDefault(name, "");

    private string InterimName(string name) => $"{Id[..PartOfId]}_{name}";

    private string OtherInterimName(string name) => $"{Id[PartOfId..(2 * PartOfId)]}_{name}";

    // A container that others link to has further names, with a slash within.
    private static string NameOf(ContainerSummary summary) =>
        (summary.Names.FirstOrDefault(name => name.LastIndexOf('/') == 0) ?? summary.Names.FirstOrDefault() ?? summary.Id).TrimStart('/');
}

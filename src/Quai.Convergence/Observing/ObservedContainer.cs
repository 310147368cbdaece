using System.Globalization;
using Quai.Api.Containers;

namespace Quai.Convergence.Observing;

/// <summary>A container of a project, as the engine lists it.</summary>
/// <param name="Summary">What the engine lists.</param>
public sealed record ObservedContainer(ContainerSummary Summary)
{
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

    /// <summary>The id of the container whose place it is to take, as long as it has not got that one's name; null for none.</summary>
    public string? Replaces => Label(ComposeLabels.Replace) is { Length: >= 12 } id && Name.StartsWith(id[..12] + "_", StringComparison.Ordinal) ? id : null;

    /// <summary>The name that it is to have, as long as another container has it, or had: its own begins with that one's id. Null where its name is its own.</summary>
    public string? InterimNameOf => Name.Length > 13 && Name[12] == '_' && Name[..12].All(char.IsAsciiHexDigitLower) ? Name[13..] : null;

    /// <summary>Whether it has taken the place of another, which is still there.</summary>
    public bool HasReplaced(ObservedContainer other) => Label(ComposeLabels.Replace) == other.Id && Replaces is null;

    /// <summary>A label; empty where it has none of this name.</summary>
    public string Label(string name) => Summary.Labels.GetValueOrDefault(name, "");

    // A container that others link to has further names, with a slash within.
    private static string NameOf(ContainerSummary summary) =>
        (summary.Names.FirstOrDefault(name => name.LastIndexOf('/') == 0) ?? summary.Names.FirstOrDefault() ?? summary.Id).TrimStart('/');
}

using Quai.Convergence.Observing;

namespace Quai.Convergence.Planning;

/// <summary>A container that a service is to have.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Existing">The one that there is; null where it is only made.</param>
/// <param name="Made">The step that makes it; null where it stays.</param>
internal sealed record PlannedContainer(int Number, string Name, ObservedContainer? Existing, int? Made)
{
    /// <summary>Whether it takes the place of one that there is.</summary>
    public bool IsReplacement { get; init; }

    /// <summary>Whether the step that makes it starts it, too, by its service's update policy.</summary>
    public bool IsUpdate { get; init; }

    /// <summary>The step that gives it its name; null where it has it.</summary>
    public int? Renamed { get; init; }

    /// <summary>The step that stops it so that it is started again; null where none does.</summary>
    public int? Stopped { get; set; }

    /// <summary>The step that starts it; null where none does.</summary>
    public int? Started { get; set; }
}

using Quai.Convergence.Observing;

namespace Quai.Convergence.Planning;

/// <summary>What is to be done so that an engine has what a project's files describe. A value: making it changes nothing.</summary>
public sealed record ConvergencePlan
{
    /// <summary>The steps; each comes after those that it needs.</summary>
    public IReadOnlyList<PlanStep> Steps { get; init; } = [];

    /// <summary>What is odd but no obstacle.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Volumes, by their names in the project, that are not as the files describe them, and are kept as long as nobody agrees to lose their data.</summary>
    public IReadOnlyList<string> DivergedVolumes { get; init; } = [];

    /// <summary>The project's containers whose services its files do not have.</summary>
    public IReadOnlyList<ObservedContainer> Orphans { get; init; } = [];

    /// <summary>Whether there is nothing to change.</summary>
    public bool IsEmpty => Steps.All(step => !step.DoesSomething);
}

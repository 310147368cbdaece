using Quai.Convergence.Observing;

namespace Quai.Convergence.Planning;

/// <summary>One step of a plan.</summary>
public sealed record PlanStep
{
    /// <summary>Its number in the plan, from zero.</summary>
    public required int Id { get; init; }

    /// <summary>What it does.</summary>
    public required StepAction Action { get; init; }

    /// <summary>The name in the engine of that to which it does it; for waits, the service's.</summary>
    public required string Name { get; init; }

    /// <summary>The name in the project of the service, network or volume; empty for none.</summary>
    public string Key { get; init; } = "";

    /// <summary>A container's number in its service; 0 for none.</summary>
    public int Number { get; init; }

    /// <summary>Why, in words that follow on the action; empty where there is nothing to say.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The container that there is; null where it is only made.</summary>
    public ObservedContainer? Container { get; init; }

    /// <summary>Of a service's updates, how many groups come before this one's: its update policy says what is waited between them.</summary>
    public int Group { get; init; }

    /// <summary>Whether the plan fails if what is waited for does not happen.</summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>The numbers of the steps that must be done before.</summary>
    public IReadOnlyList<int> After { get; init; } = [];

    /// <summary>Whether it replaces a container by its service's update policy.</summary>
    public bool IsUpdate => Action is StepAction.UpdateStartFirst or StepAction.UpdateStopFirst;

    /// <summary>Whether it changes anything, or waits.</summary>
    public bool DoesSomething => Action != StepAction.KeepContainer;
}

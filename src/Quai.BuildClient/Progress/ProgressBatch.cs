namespace Quai.BuildClient.Progress;

/// <summary>What has happened since the last batch.</summary>
public sealed record ProgressBatch
{
    /// <summary>Steps that have changed.</summary>
    public IReadOnlyList<StepChange> Steps { get; init; } = [];

    /// <summary>Parts of steps that went on.</summary>
    public IReadOnlyList<StepStatus> Statuses { get; init; } = [];

    /// <summary>What programs printed.</summary>
    public IReadOnlyList<StepOutput> Outputs { get; init; } = [];

    /// <summary>What is to be minded.</summary>
    public IReadOnlyList<StepWarning> Warnings { get; init; } = [];
}

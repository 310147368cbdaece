using Quai.Build.Solving;
using Quai.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>What a push says, as a step says what it does.</summary>
/// <param name="verb">What is done with a layer, such as <c>pushing</c>.</param>
/// <param name="progress">Where it is said.</param>
internal sealed class PushProgress(string verb, IStepProgress progress) : IProgress<ProgressMessage>
{
    /// <summary>What was pushed, once it was.</summary>
    public PushResult? Result { get; private set; }

    /// <inheritdoc/>
    public void Report(ProgressMessage value)
    {
        Result = value.Aux as PushResult ?? Result;
        if (value.Id is { Length: > 0 } id && value.Status is { } status)
        {
            bool isComplete = status is "Pushed" or "Layer already exists" or "Skipped foreign layer" || status.StartsWith("Mounted", StringComparison.Ordinal);
            progress.Report($"{verb} layer {id}", value.Current ?? 0, value.Total ?? 0, isComplete);
        }
    }
}

namespace Quai.BuildClient.Progress;

/// <summary>A step that the client does itself, shown among the builder's.</summary>
public sealed class OwnStep
{
    private readonly IBuildProgress _progress;
    private readonly StepChange _step;

    private OwnStep(IBuildProgress progress, string name)
    {
        _progress = progress;
        _step = new StepChange($"own:{Guid.NewGuid():N}", name) { StartedAt = DateTimeOffset.UtcNow };
    }

    /// <summary>Does something as a step.</summary>
    /// <param name="progress">Is told of it.</param>
    /// <param name="name">What is done.</param>
    /// <param name="work">Does it, and tells how far it is.</param>
    public static async Task RunAsync(IBuildProgress progress, string name, Func<OwnStep, Task> work)
    {
        var step = new OwnStep(progress, name);
        progress.Report(new ProgressBatch { Steps = [step._step] });
        try
        {
            await work(step).ConfigureAwait(false);
            step.End("");
        }
        catch (Exception e)
        {
            step.End(e.Message);
            throw;
        }
    }

    /// <summary>Tells how far a part of it is.</summary>
    /// <param name="status">The part, whose step does not matter.</param>
    public void Report(StepStatus status) => _progress.Report(new ProgressBatch { Statuses = [status with { Step = _step.Step }] });

    private void End(string error) => _progress.Report(new ProgressBatch { Steps = [_step with { CompletedAt = DateTimeOffset.UtcNow, Error = error }] });
}

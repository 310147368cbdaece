using Microsoft.Extensions.Logging;

namespace Quai.Engine.Containers.State;

/// <summary>Work that nobody waits for: its failures go to the log.</summary>
internal sealed partial class Background(ILogger<Engine> logger)
{
    /// <summary>Logs the failure of a task if it fails.</summary>
    /// <param name="task">The work.</param>
    /// <param name="id">The container concerned.</param>
    /// <param name="what">What it does, as a verb: <c>restart</c>.</param>
    public void Observe(Task task, string id, string what) => _ = task.ContinueWith(
        t => Failed(what, id, t.Exception!.InnerException!),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    /// <summary>Logs a failure that does not stop the caller.</summary>
    public void Failed(string what, string id, Exception error) => LogFailure(logger, what, id, error);

    /// <summary>Logs that a restart policy could not be applied.</summary>
    public void RestartFailed(string id, string reason) => LogRestartFailure(logger, id, reason);

    [LoggerMessage(LogLevel.Error, "Failed to {What} of container {Id}")]
    private static partial void LogFailure(ILogger logger, string what, string id, Exception error);

    [LoggerMessage(LogLevel.Warning, "Container {Id} could not be restarted: {Reason}")]
    private static partial void LogRestartFailure(ILogger logger, string id, string reason);
}

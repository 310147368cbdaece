using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public Task<Task<ContainerWaitResponse>> WaitAsync(string id, string condition, CancellationToken cancellation)
    {
        Container container;
        try
        {
            container = registry.Resolve(id);
        }
        catch (QuaiException e)
        {
            return Task.FromException<Task<ContainerWaitResponse>>(e);
        }

        Task<RunState> done;
        switch (condition)
        {
            case "" or "not-running":
                // Registered before the state is read: an exit in between is not missed.
                Task<RunState> next = container.NextExit();
                RunState now = container.State;
                done = now.IsRunning && now.Status != ContainerStatus.Restarting ? next : Task.FromResult(now);
                break;
            case "next-exit":
                done = container.NextExit();
                break;
            case "removed":
                done = container.Removed.Task;
                break;
            default:
                return Task.FromException<Task<ContainerWaitResponse>>(QuaiException.Invalid($"invalid condition: \"{condition}\""));
        }

        return Task.FromResult(AnswerAsync(done, condition != "removed", cancellation));
    }

    /// <summary>Who waits for the removal is told only what keeps it from happening: the start's failure has been told by the start.</summary>
    private static async Task<ContainerWaitResponse> AnswerAsync(Task<RunState> done, bool tellError, CancellationToken cancellation)
    {
        RunState state = await done.WaitAsync(cancellation).ConfigureAwait(false);
        return new ContainerWaitResponse(state.ExitCode, tellError && state.Error.Length > 0 ? new ContainerWaitError(state.Error) : null);
    }
}

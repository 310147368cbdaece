using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Waits for the end or the removal of a container.</summary>
internal sealed class WaitContainer(ContainerRegistry registry)
{
    /// <inheritdoc cref="IContainers.WaitAsync"/>
    public Task<Task<ContainerWaitResponse>> RunAsync(string id, string condition, CancellationToken cancellation)
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

        return Task.FromResult(AnswerAsync(done, cancellation));
    }

    /// <summary>The exit code. A failed start is reported by the start, not again here.</summary>
    private static async Task<ContainerWaitResponse> AnswerAsync(Task<RunState> done, CancellationToken cancellation)
    {
        RunState state = await done.WaitAsync(cancellation).ConfigureAwait(false);
        return new ContainerWaitResponse(state.ExitCode);
    }
}

using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

/// <content>Waiting.</content>
internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public Task<Task<ContainerWaitResponse>> WaitAsync(string id, string condition, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        Task<RunState> state = condition switch
        {
            "removed" => container.Removed.Task,
            "next-exit" => container.NextExit(),
            "" or "not-running" => NotRunning(container),
            _ => throw QuaiException.Invalid($"invalid condition: \"{condition}\""),
        };
        return Task.FromResult(AnswerAsync(state, cancellation));
    }

    private static Task<RunState> NotRunning(Container container)
    {
        // Registered before the look, so that an exit between the two is not missed.
        Task<RunState> next = container.NextExit();
        return container.State.IsRunning ? next : Task.FromResult(container.State);
    }

    private static async Task<ContainerWaitResponse> AnswerAsync(Task<RunState> waiting, CancellationToken cancellation)
    {
        RunState state = await waiting.WaitAsync(cancellation).ConfigureAwait(false);
        return new ContainerWaitResponse(state.ExitCode, state.Error.Length > 0 && state.ExitCode is 126 or 127 or 128 ? new ContainerWaitError(state.Error) : null);
    }
}

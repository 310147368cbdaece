using Quai.Engine.Containers.State;
using Quai.Engine.Logs.Reading;
using Quai.Errors;

namespace Quai.Engine.Containers.Streams;

/// <summary>Reads containers' logs.</summary>
internal sealed class ContainerLogs(ContainerRegistry registry, EnginePaths paths, TimeProvider time)
{
    /// <inheritdoc cref="IContainers.LogsAsync"/>
    public Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> RunAsync(string id, LogsRequest request, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult(Open(registry.Resolve(id), request, cancellation));
        }
        catch (QuaiException e)
        {
            return Task.FromException<IAsyncEnumerable<ReadOnlyMemory<byte>>>(e);
        }
    }

    /// <summary>A container's lines, from the log or as they arrive.</summary>
    /// <exception cref="QuaiException">No stream is requested, or its driver keeps nothing.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> Open(Container container, LogsRequest request, CancellationToken cancellation)
    {
        if (!request.Stdout && !request.Stderr)
        {
            throw QuaiException.Invalid("Bad parameters: you must choose at least one stream");
        }

        if (paths.LogOf(container.Id, container.Spec.Log) is not { } path)
        {
            throw QuaiException.System("configured logging driver does not support reading");
        }

        // Registered before the state is read: an exit in between is not missed.
        Task<RunState> exit = container.NextExit();
        Task? ended = request.Follow && container.State.HasProcess ? exit : null;
        return new LogReader(path, request, container.Spec.Program.Terminal, time).ReadAsync(ended, cancellation);
    }
}

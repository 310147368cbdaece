using Quai.Engine.Attach;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Runtime;

namespace Quai.Engine.Containers.Streams;

/// <summary>Connects a client to a container's streams.</summary>
internal sealed class AttachContainer(ContainerRegistry registry, ContainerLogs logs, ContainerEvents events, Background background)
{
    /// <inheritdoc cref="IContainers.AttachAsync"/>
    public async Task<IAttachSession> RunAsync(string id, AttachRequest request, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        DetachKeys keys = DetachKeys.Parse(request.DetachKeys);
        IAsyncEnumerable<ReadOnlyMemory<byte>>? log = request.Logs
            ? logs.Open(container, new LogsRequest(request.Stdout, request.Stderr, false, false, false, null, null, null), cancellation)
            : null;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            switch (container.State.Status)
            {
                case ContainerStatus.Paused:
                    throw QuaiException.Conflict($"container {container.Id} is paused, unpause the container before attach");
                case ContainerStatus.Restarting:
                    throw QuaiException.Conflict($"container {container.Id} is restarting, wait until the container is running");
            }

            AttachStreams? streams = request.Stream
                ? new AttachStreams(request.Stdin && container.Spec.Program.OpenStdin, request.Stdout, request.Stderr)
                : null;
            var session = new AttachSession(container.Spec.Program.Terminal, streams, keys)
            {
                Log = log,
                Ended = s => StopWaiting(container, s),
                Detached = () => events.Publish(container, "detach"),
            };
            if (container.Run is { } run && streams is not null)
            {
                try
                {
                    session.Connect(await run.Shim.AttachAsync(streams, cancellation).ConfigureAwait(false));
                }
                catch (ShimLostException)
                {
                    session.Connect(null);
                }
            }
            else if (streams is not null)
            {
                container.WaitingClients.Add(session);
            }

            events.Publish(container, "attach");
            return session;
        }
    }

    private void StopWaiting(Container container, AttachSession session) => background.Observe(
        Task.Run(async () =>
        {
            using (await container.Lock.EnterAsync().ConfigureAwait(false))
            {
                container.WaitingClients.Remove(session);
            }
        }),
        container.Id,
        "forget a client");
}

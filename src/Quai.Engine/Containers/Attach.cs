using Quai.Engine.Attach;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

/// <content>Attaching.</content>
internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task<IAttachSession> AttachAsync(string id, AttachRequest request, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        DetachKeys? keys = container.Config.Tty ? DetachKeys.Parse(request.DetachKeys) : null;
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.State.Status == ContainerStatus.Paused)
            {
                throw QuaiException.Conflict($"container {container.Id} is paused, unpause the container before attach");
            }

            if (container.State.Status == ContainerStatus.Restarting)
            {
                throw QuaiException.Conflict($"container {container.Id} is restarting, wait until the container is running");
            }

            IAsyncEnumerable<ReadOnlyMemory<byte>>? logs = request.Logs
                ? await LogsAsync(id, new LogsRequest(request.Stdout, request.Stderr, false, false, false, null, null, null), cancellation).ConfigureAwait(false)
                : null;
            var session = new AttachSession(
                container.Config.Tty, new(request.Stdin && container.Config.OpenStdin, request.Stdout, request.Stderr), keys, logs, request.Stream, () => Publish(container, "detach"));
            if (request.Stream)
            {
                if (container.Run is { } run)
                {
                    session.Connect(await run.Shim.AttachAsync(session.Streams, cancellation).ConfigureAwait(false));
                }
                else
                {
                    session.Withdrawn = () => container.WaitingClients.Remove(session);
                    container.WaitingClients.Add(session);
                }
            }

            Publish(container, "attach");
            return session;
        }
    }
}

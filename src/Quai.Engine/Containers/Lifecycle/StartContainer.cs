using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Starts a container.</summary>
internal sealed class StartContainer(ContainerRegistry registry, ContainerSupervisor supervisor, EngineLifetime lifetime)
{
    /// <inheritdoc cref="IContainers.StartAsync"/>
    public async Task RunAsync(string id, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using (await container.Lock.EnterAsync(cancellation).ConfigureAwait(false))
        {
            switch (container.State.Status)
            {
                case ContainerStatus.Paused:
                    throw QuaiException.Conflict("cannot start a paused container, try unpause instead");
                case ContainerStatus.Running or ContainerStatus.Restarting:
                    throw new QuaiException(ErrorKind.NotModified, $"container {container.Id} is already running");
                case ContainerStatus.Removing:
                    throw QuaiException.Conflict("container is marked for removal and cannot be started");
            }

            if (lifetime.IsStopping)
            {
                throw new QuaiException(ErrorKind.Unavailable, "the daemon is stopping");
            }

            await supervisor.StartAsync(container).ConfigureAwait(false);
        }
    }
}

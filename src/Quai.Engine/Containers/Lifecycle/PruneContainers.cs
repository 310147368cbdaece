using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Engine.Containers.Views;
using Quai.Errors;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Removes all stopped containers.</summary>
internal sealed class PruneContainers(ContainerRegistry registry, ContainerSizes sizes, RemoveContainer remove, ContainerEvents events, TimeProvider time)
{
    private static readonly HashSet<string> s_pruneFilters = ["label", "label!", "until"];

    /// <inheritdoc cref="IContainers.PruneAsync"/>
    public async Task<ContainersPruneResponse> RunAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation)
    {
        foreach (string name in filters.Keys)
        {
            if (!s_pruneFilters.Contains(name))
            {
                throw QuaiException.Invalid($"invalid filter '{name}'");
            }
        }

        DateTimeOffset? until = filters.TryGetValue("until", out IReadOnlyList<string>? values) && values.Count > 0 ? PruneUntil(values) : null;
        List<string> removed = [];
        long freed = 0;
        foreach (Container container in registry.All())
        {
            cancellation.ThrowIfCancellationRequested();
            if (container.State.IsRunning || (until is { } limit && container.Created > limit) || !Labels.Pass(container.Spec.Labels, filters))
            {
                continue;
            }

            try
            {
                long size = await sizes.WrittenAsync(container, cancellation).ConfigureAwait(false);
                await remove.RunAsync(container.Id, force: false, volumes: false, cancellation).ConfigureAwait(false);
                freed += size;
                removed.Add(container.Id);
            }
            catch (QuaiException e) when (e.Kind is ErrorKind.Conflict or ErrorKind.NotFound)
            {
                // Started or removed by somebody else meanwhile.
            }
        }

        events.PublishPrune(freed);
        return new ContainersPruneResponse(removed, freed);
    }

    private DateTimeOffset PruneUntil(IReadOnlyList<string> values)
    {
        if (values.Count > 1)
        {
            throw QuaiException.Invalid("more than one until filter specified");
        }

        return Timestamps.Parse(values[0], time.GetUtcNow()) ?? throw QuaiException.Invalid($"failed to parse value as time or duration: \"{values[0]}\"");
    }
}

using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    private static readonly HashSet<string> s_pruneFilters = ["label", "label!", "until"];

    /// <inheritdoc/>
    public async Task<ContainersPruneResponse> PruneAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation)
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
            if (container.State.IsRunning || (until is { } limit && container.Created > limit) || !Labels.Pass(container.Config.Labels, filters))
            {
                continue;
            }

            try
            {
                long size = await images.SnapshotDiskUsageAsync(container.Id, cancellation).ConfigureAwait(false);
                await RemoveAsync(container.Id, force: false, volumes: false, link: false, cancellation).ConfigureAwait(false);
                freed += size;
                removed.Add(container.Id);
            }
            catch (QuaiException e) when (e.Kind is ErrorKind.Conflict or ErrorKind.NotFound)
            {
                // Started or removed by somebody else meanwhile.
            }
        }

        events.Publish("container", "prune", "", new Dictionary<string, string> { ["reclaimed"] = freed.ToString() });
        return new ContainersPruneResponse(removed, freed);
    }

    private DateTimeOffset PruneUntil(IReadOnlyList<string> values)
    {
        if (values.Count > 1)
        {
            throw QuaiException.Invalid("more than one until filter specified");
        }

        return Timestamps.Parse(values[0], time.GetUtcNow()) ?? throw QuaiException.Invalid($"invalid filter 'until={values[0]}'");
    }
}

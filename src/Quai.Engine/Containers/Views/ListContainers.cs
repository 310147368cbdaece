using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Images;
using Quai.Networks;

namespace Quai.Engine.Containers.Views;

/// <summary>Lists containers, newest first.</summary>
internal sealed class ListContainers(ContainerRegistry registry, IImageStore images, ContainerSizes sizes, NetworkView networks, TimeProvider time)
{
    /// <inheritdoc cref="IContainers.ListAsync"/>
    public async Task<List<ContainerSummary>> RunAsync(bool all, int limit, bool size, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation)
    {
        var filter = new ListFilter(filters, registry, reference => TryResolve(reference)?.Id);
        IReadOnlyList<Network> known = networks.All();
        List<ContainerSummary> rows = [];
        DateTimeOffset now = time.GetUtcNow();
        var names = new Dictionary<string, string[]>();
        ILookup<string, string> others = networks.Links.Names();
        foreach (Container container in registry.All())
        {
            RunState state = container.State;
            bool visible = all || limit > 0 || filter.AsksForStatus || (state.IsRunning && state.Status != ContainerStatus.Starting);
            if (!visible || !filter.Accepts(container, state, StatusText.Name(state), () => networks.PortsOf(container, state), [.. known.Where(n => container.Attachments.Any(a => a.Network == n.Name))]))
            {
                continue;
            }

            ContainerSummary row = Summarize(container, state, now, names, others);
            if (size)
            {
                (row.SizeRw, row.SizeRootFs) = await sizes.OfAsync(container, cancellation).ConfigureAwait(false);
            }

            rows.Add(row);
            if (limit > 0 && rows.Count == limit)
            {
                break;
            }
        }

        return rows;
    }

    private ContainerSummary Summarize(Container container, RunState state, DateTimeOffset now, Dictionary<string, string[]> imageIds, ILookup<string, string> others)
    {
        IReadOnlyList<string> line = container.Spec.Program.Line();
        string reference = container.Spec.Image;
        if (!imageIds.TryGetValue(reference, out string[]? meant))
        {
            imageIds[reference] = meant = IdsOf(reference);
        }

        return new ContainerSummary
        {
            Id = container.Id,
            Names = ["/" + container.Name, .. others[container.Id]],

            // A name that now means another image would mislead.
            Image = meant.Contains(container.ImageId) ? reference : container.ImageId,
            ImageID = container.ImageId,
            Command = string.Join(' ', line.Select((a, at) => at > 0 && a.Contains(' ', StringComparison.Ordinal) ? $"'{a}'" : a)),
            Created = container.Created.ToUnixTimeSeconds(),
            Ports = networks.PortsOf(container, state),
            Labels = new(container.Spec.Labels),
            State = StatusText.Name(state),
            Status = StatusText.Of(state, container.Run?.Health?.Status, now),
            HostConfig = new SummaryHostConfig
            {
                NetworkMode = container.Spec.Network.Mode.Text,
                Annotations = container.Spec.Annotations is { Count: > 0 } annotations ? new(annotations) : null,
            },
            NetworkSettings = new SummaryNetworkSettings { Networks = networks.EndpointsOf(container, state) },
            Mounts = SpecView.MountsOf(container.Spec),
        };
    }

    private string[] IdsOf(string reference)
    {
        try
        {
            return [.. images.ResolveAll(reference).Select(i => i.Id)];
        }
        catch (Errors.QuaiException)
        {
            return [];
        }
    }

    private Image? TryResolve(string reference)
    {
        try
        {
            return images.Resolve(reference);
        }
        catch (Errors.QuaiException)
        {
            return null;
        }
    }
}

using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Images;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    /// <inheritdoc/>
    public async Task<List<ContainerSummary>> ListAsync(bool all, int limit, bool size, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, CancellationToken cancellation)
    {
        var filter = new ListFilter(filters, registry, reference => TryResolve(reference)?.Id, name => networks.List().FirstOrDefault(n => n.Name == name || n.Id == name)?.Name);
        List<ContainerSummary> rows = [];
        DateTimeOffset now = time.GetUtcNow();
        var names = new Dictionary<string, string[]>();
        foreach (Container container in registry.All())
        {
            RunState state = container.State;
            bool visible = all || limit > 0 || filter.AsksForStatus || (state.IsRunning && state.Status != ContainerStatus.Starting);
            if (!visible || !filter.Accepts(container, state, StatusName(state)))
            {
                continue;
            }

            ContainerSummary row = Summarize(container, state, now, names);
            if (size)
            {
                (row.SizeRw, row.SizeRootFs) = await SizesOfAsync(container, cancellation).ConfigureAwait(false);
            }

            rows.Add(row);
            if (limit > 0 && rows.Count == limit)
            {
                break;
            }
        }

        return rows;
    }

    private ContainerSummary Summarize(Container container, RunState state, DateTimeOffset now, Dictionary<string, string[]> imageIds)
    {
        (string program, List<string> arguments) = CommandOf(container.Config);
        string reference = container.Config.Image;
        if (!imageIds.TryGetValue(reference, out string[]? meant))
        {
            imageIds[reference] = meant = IdsOf(reference);
        }

        return new ContainerSummary
        {
            Id = container.Id,
            Names = ["/" + container.Name],

            // A name that by now means another image would mislead.
            Image = meant.Contains(container.ImageId) ? reference : container.ImageId,
            ImageID = container.ImageId,
            Command = arguments.Count == 0 ? program : $"{program} {string.Join(' ', arguments.Select(a => a.Contains(' ', StringComparison.Ordinal) ? $"'{a}'" : a))}",
            Created = container.Created.ToUnixTimeSeconds(),
            Ports = PortsOf(container, state),
            Labels = container.Config.Labels ?? [],
            State = StatusName(state),
            Status = StatusText.Of(state, container.Run?.Health?.Status, now),
            HostConfig = new SummaryHostConfig { NetworkMode = container.HostConfig.NetworkMode },
            NetworkSettings = new SummaryNetworkSettings { Networks = EndpointsOf(container, state) },
            Mounts = [.. container.Mounts.Where(m => !m.Unlisted).Select(m => m.ToApi())],
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

    private List<PortSummary> PortsOf(Container container, RunState state)
    {
        if (!state.HasProcess || container.Endpoint is null)
        {
            return [];
        }

        List<PortSummary> ports = [];
        foreach ((string key, List<PortBinding>? bindings) in NetworkSettingsOf(container, state).Ports)
        {
            int slash = key.IndexOf('/', StringComparison.Ordinal);
            ushort port = ushort.Parse(key.AsSpan(0, slash));
            string protocol = key[(slash + 1)..];
            if (bindings is null)
            {
                ports.Add(new PortSummary { PrivatePort = port, Type = protocol });
                continue;
            }

            ports.AddRange(bindings.Select(b => new PortSummary { IP = b.HostIp, PrivatePort = port, PublicPort = ushort.Parse(b.HostPort), Type = protocol }));
        }

        ports.Sort(static (a, b) =>
            a.PrivatePort != b.PrivatePort ? a.PrivatePort.CompareTo(b.PrivatePort)
            : a.Type != b.Type ? string.CompareOrdinal(a.Type, b.Type)
            : a.IP != b.IP ? string.CompareOrdinal(a.IP, b.IP)
            : (a.PublicPort ?? 0).CompareTo(b.PublicPort ?? 0));
        return ports;
    }
}

using System.Globalization;
using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Networks;

namespace Quai.Engine.Containers.Views;

/// <summary>The <c>filters</c> of <c>ps</c>: values of one name are alternatives (labels: all must hold), names must all hold.</summary>
internal sealed class ListFilter
{
    private static readonly HashSet<string> s_known =
        ["ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name", "network", "publish", "since", "status", "volume"];

    private static readonly HashSet<string> s_statuses = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _filters;
    private readonly List<int> _exits = [];
    private readonly bool? _task;
    private readonly Func<string, bool> _isNamed, _hasId;
    private readonly List<(ushort Start, ushort End, string Protocol)> _published, _exposed;
    private readonly HashSet<string> _images = [];
    private readonly Container? _before, _since;

    /// <summary>Reads the filters.</summary>
    /// <exception cref="QuaiException">An unknown name or impossible value.</exception>
    public ListFilter(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, ContainerRegistry registry, Func<string, string?> imageId)
    {
        _filters = filters;
        foreach (string name in filters.Keys)
        {
            if (!s_known.Contains(name))
            {
                throw QuaiException.Invalid($"invalid filter '{name}'");
            }
        }

        foreach (string value in Values("status"))
        {
            AsksForStatus = s_statuses.Contains(value) ? true : throw QuaiException.Invalid(
                $"invalid filter 'status={value}': invalid value for state ({value}): must be one of created, running, paused, restarting, removing, exited, dead");
        }

        foreach (string value in Values("exited"))
        {
            _exits.Add(int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int code)
                ? code
                : throw QuaiException.Invalid($"invalid filter 'exited={value}': strconv.Atoi: parsing \"{value}\": invalid syntax"));
        }

        foreach (string value in Values("health"))
        {
            if (value is not ("none" or "starting" or "healthy" or "unhealthy"))
            {
                throw QuaiException.Invalid($"invalid filter 'health={value}': invalid value for health ({value}): must be one of none, starting, healthy, unhealthy");
            }
        }

        _task = filters.Switch("is-task");
        foreach (string value in Values("ancestor"))
        {
            if (imageId(value) is { } id)
            {
                _images.Add(id);
            }
        }

        _before = Values("before") is [.., var before] ? registry.Resolve(before) : null;
        _since = Values("since") is [.., var since] ? registry.Resolve(since) : null;
        _isNamed = filters.Names("name");
        _hasId = filters.Names("id");
        _published = [.. Values("publish").Select(v => ToPorts("publish", v))];
        _exposed = [.. Values("expose").Select(v => ToPorts("expose", v))];
    }

    /// <summary>Whether a status is requested: then stopped containers are listed too.</summary>
    public bool AsksForStatus { get; }

    /// <summary>Whether a container is to be listed.</summary>
    /// <param name="container">The container.</param>
    /// <param name="state">Its state.</param>
    /// <param name="status">Its state's name.</param>
    /// <param name="ports">Its ports, as they are listed.</param>
    /// <param name="networks">Its networks.</param>
    public bool Accepts(Container container, RunState state, string status, Func<IReadOnlyList<PortSummary>> ports, IReadOnlyList<Network> networks) =>
        (_before is null || container.Created < _before.Created)
        && (_since is null || container.Created > _since.Created)
        && (_isNamed(container.Name) || _isNamed("/" + container.Name))
        && _hasId(container.Id)
        && Values("label").All(l => Labels.Matches(container.Spec.Labels, l))
        && (Values("status").Count == 0 || Values("status").Contains(status))
        && (_exits.Count == 0 || (!state.IsRunning && state.StartedAt is not null && _exits.Contains(state.ExitCode)))
        && _filters.Any("ancestor", _ => _images.Contains(container.ImageId))
        && _filters.Any("network", v => networks.Any(n => n.Name == v || n.Id.StartsWith(v, StringComparison.Ordinal)))
        && _filters.Any("volume", v => container.Spec.Mounts.Any(m => m.Name == v || m.Destination == v || (m.Type == "bind" && m.Source == v)))
        && (Values("health").Count == 0 || Values("health").Contains(container.Run?.Health?.Status ?? "none"))
        && _task is not true
        && ((_published.Count == 0 && _exposed.Count == 0) || ports().Any(p => Holds(_published, p.PublicPort, p.Type) || Holds(_exposed, p.PrivatePort, p.Type)));

    private static bool Holds(List<(ushort Start, ushort End, string Protocol)> wanted, ushort? port, string protocol) =>
        port is { } number && wanted.Exists(p => p.Start <= number && number <= p.End && p.Protocol == protocol);

    private IReadOnlyList<string> Values(string name) => _filters.TryGetValue(name, out IReadOnlyList<string>? values) ? values : [];

    // Any word is accepted as a protocol: one that no port has matches nothing.
    private static (ushort Start, ushort End, string Protocol) ToPorts(string name, string value)
    {
        string[] parts = value.Split('/', 2), ends = parts[0].Split('-', 2);
        ushort[] numbers = [.. ends.Select(end => ushort.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? number
            : throw QuaiException.Invalid($"error while looking up for {name} {value}: strconv.ParseUint: parsing \"{end}\": invalid syntax"))];
        return numbers[0] <= numbers[^1]
            ? (numbers[0], numbers[^1], parts.Length > 1 ? parts[1] : "tcp")
            : throw QuaiException.Invalid($"error while looking up for {name} {value}: invalid range specified for port: {parts[0]}");
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;

namespace Quai.Engine.Containers;

/// <summary>The <c>filters</c> of <c>ps</c>: values of one name are alternatives (labels: all must hold), names must all hold.</summary>
internal sealed class ListFilter
{
    private static readonly HashSet<string> s_known =
        ["ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name", "network", "publish", "since", "status", "volume"];

    private static readonly HashSet<string> s_statuses = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _filters;
    private readonly List<int> _exits = [];
    private readonly List<Regex> _names, _ids;
    private readonly List<(ushort Start, ushort End, string? Protocol)> _published, _exposed;
    private readonly HashSet<string> _images = [];
    private readonly HashSet<string> _networks;
    private readonly Container? _before, _since;

    /// <summary>Reads the filters.</summary>
    /// <exception cref="QuaiException">An unknown name or impossible value.</exception>
    public ListFilter(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, ContainerRegistry registry, Func<string, string?> imageId, Func<string, string?> networkName)
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
            AsksForStatus = s_statuses.Contains(value) ? true : throw QuaiException.Invalid($"invalid filter 'status={value}'");
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
                throw QuaiException.Invalid($"unrecognized filter value for health: {value}");
            }
        }

        foreach (string value in Values("is-task"))
        {
            if (value is not ("true" or "false" or "1" or "0"))
            {
                throw QuaiException.Invalid($"invalid filter 'is-task=[{value}]'");
            }
        }

        foreach (string value in Values("ancestor"))
        {
            if (imageId(value) is { } id)
            {
                _images.Add(id);
            }
        }

        _before = Values("before") is [.., var before] ? registry.Resolve(before) : null;
        _since = Values("since") is [.., var since] ? registry.Resolve(since) : null;
        _names = [.. Values("name").Select(ToRegex)];
        _ids = [.. Values("id").Select(ToRegex)];
        _networks = [.. Values("network").Select(n => networkName(n) ?? n)];
        _published = [.. Values("publish").Select(v => ToPorts("publish", v))];
        _exposed = [.. Values("expose").Select(v => ToPorts("expose", v))];
    }

    /// <summary>Whether a status is asked for: then stopped containers are listed too.</summary>
    public bool AsksForStatus { get; }

    /// <summary>Whether a container is to be listed.</summary>
    public bool Accepts(Container container, RunState state, string status) =>
        (_before is null || container.Created < _before.Created)
        && (_since is null || container.Created > _since.Created)
        && (_names.Count == 0 || _names.Exists(r => r.IsMatch(container.Name) || r.IsMatch("/" + container.Name)))
        && (_ids.Count == 0 || _ids.Exists(r => r.IsMatch(container.Id)))
        && Values("label").All(l => Labels.Matches(container.Config.Labels, l))
        && (Values("status").Count == 0 || Values("status").Contains(status))
        && (_exits.Count == 0 || (!state.IsRunning && state.StartedAt is not null && _exits.Contains(state.ExitCode)))
        && (Values("ancestor").Count == 0 || _images.Contains(container.ImageId))
        && (_networks.Count == 0 || _networks.Contains(container.HostConfig.NetworkMode))
        && (Values("volume").Count == 0 || container.Mounts.Any(m => Values("volume").Any(v => m.Name == v || m.Destination == v || (m.Type == "bind" && m.Source == v))))
        && (Values("health").Count == 0 || Values("health").Contains(container.Run?.Health?.Status ?? "none"))
        && (Values("is-task").Count == 0 || Values("is-task").Any(v => v is "false" or "0"))
        && (_published.Count == 0 || (state.HasProcess && container.Endpoint is { } e && e.Ports.Any(p => Matches(_published, p.ContainerPort, p.Protocol))))
        && (_exposed.Count == 0 || (container.Config.ExposedPorts?.Keys ?? Enumerable.Empty<string>()).Any(Exposes));

    private bool Exposes(string key)
    {
        (ushort start, ushort end, string protocol) = PortSpecs.ParseContainerPort(key);
        return _exposed.Exists(p => p.Start <= end && p.End >= start && (p.Protocol is null || p.Protocol == protocol));
    }

    private static bool Matches(List<(ushort Start, ushort End, string? Protocol)> wanted, ushort port, string protocol) =>
        wanted.Exists(p => p.Start <= port && port <= p.End && (p.Protocol is null || p.Protocol == protocol));

    private IReadOnlyList<string> Values(string name) => _filters.TryGetValue(name, out IReadOnlyList<string>? values) ? values : [];

    // Docker takes these as regular expressions; what is none is taken as it is.
    private static Regex ToRegex(string value)
    {
        try
        {
            return new Regex(value, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));
        }
        catch (ArgumentException)
        {
            return new Regex(Regex.Escape(value), RegexOptions.CultureInvariant);
        }
    }

    private static (ushort Start, ushort End, string? Protocol) ToPorts(string name, string value)
    {
        try
        {
            (ushort start, ushort end, string protocol) = PortSpecs.ParseContainerPort(value);
            return (start, end, protocol);
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"error while looking up for {name} {value}: {e.Message}", e);
        }
    }
}

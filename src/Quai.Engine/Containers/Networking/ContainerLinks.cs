using System.Globalization;
using System.Net;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Networks;

namespace Quai.Engine.Containers.Networking;

/// <summary>
/// Links of the default bridge, as Docker had them before it had names on networks: a container knows others by aliases in its <c>/etc/hosts</c>, and their ports
/// and variables by variables of its own. They are kept by the others' ids: a name may be another container's some day.
/// </summary>
internal sealed class ContainerLinks(ContainerRegistry registry, INetworkService networks)
{
    /// <summary>Reads <c>container:alias</c>; without an alias the container goes by its name.</summary>
    /// <exception cref="QuaiException">It is malformed.</exception>
    public static (string Target, string Alias) Parse(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length <= 2 && parts.All(p => p.Length > 0) ? (parts[0], parts[^1].TrimStart('/').Split('/')[^1])
            : throw QuaiException.Invalid($"bad format for links: {text}");
    }

    /// <summary>Links as they are kept: by ids.</summary>
    /// <param name="links">As the request has them.</param>
    /// <exception cref="QuaiException">A container is not there, or the default bridge keeps containers from each other.</exception>
    public List<string>? Resolve(List<string>? links)
    {
        if (links is not { Count: > 0 })
        {
            return links;
        }

        if (networks.List().FirstOrDefault(n => n.Name == NetworkMode.Bridge)?.Options.GetValueOrDefault("com.docker.network.bridge.enable_icc") == "false")
        {
            throw QuaiException.Invalid("links are of no use where containers of the default bridge do not reach each other (--icc=false): connect the containers by a network of their own");
        }

        return
        [
            .. links.Select(link =>
            {
                (string target, string alias) = Parse(link);
                Container found = registry.Find(target) ?? throw QuaiException.Invalid($"could not get container for {target}: No such container: {target}");
                return $"{found.Id}:{alias}";
            }),
        ];
    }

    /// <summary>Links as inspect shows them: <c>/other:/container/alias</c>. One whose container is gone is not shown.</summary>
    public List<string>? Shown(Container container) =>
        Of(container) is { Count: > 0 } links ? [.. links.Select(l => $"/{l.Target.Name}:/{container.Name}/{l.Alias}").Order(StringComparer.Ordinal)] : null;

    /// <summary>By which names others know containers, <c>/other/alias</c>, by the ids of those that are known so.</summary>
    public ILookup<string, string> Names() =>
        registry.All().Where(c => c.Spec.Network.Links is { Count: > 0 }).SelectMany(c => Of(c).Select(l => (l.Target.Id, Name: $"/{c.Name}/{l.Alias}"))).OrderBy(n => n.Name, StringComparer.Ordinal).ToLookup(n => n.Id, n => n.Name);

    /// <summary>Whether containers know a container that is their neighbour, and run.</summary>
    public IEnumerable<Container> LinkedTo(Container container) =>
        registry.All().Where(c => c.Spec.Network.Links is { Count: > 0 } && c.Run is not null && Of(c).Any(l => l.Target == container));

    /// <summary>Refuses a start while a container that is linked to is not running.</summary>
    /// <exception cref="QuaiException">In Docker's words.</exception>
    public void CheckRunning(Container container)
    {
        foreach ((Container target, string alias) in Of(container))
        {
            if (!target.State.IsRunning)
            {
                throw QuaiException.System($"Cannot link to a non running container: /{target.Name} AS /{container.Name}/{alias}");
            }
        }
    }

    /// <summary>Lines of a container's hosts.</summary>
    public IEnumerable<string> Hosts(Container container) =>
        Of(container).SelectMany(l => AddressesOf(l.Target).Select(a => $"{a}\t{string.Join(' ', new[] { l.Alias, l.Target.Spec.Hostname, l.Target.Name }.Distinct())}"));

    /// <summary>A container's variables.</summary>
    public IReadOnlyList<string> Variables(Container container)
    {
        List<string> variables = [];
        foreach ((Container target, string alias) in Of(container))
        {
            if (AddressesOf(target).FirstOrDefault() is { } address)
            {
                Add(variables, container, target, alias, address);
            }
        }

        return variables;
    }

    private static void Add(List<string> variables, Container container, Container target, string alias, IPAddress address)
    {
        string name = alias.ToUpperInvariant().Replace('-', '_');
        (int Port, string Protocol)[] ports =
        [
            .. (target.Spec.Network.Exposed ?? []).SelectMany(r => Enumerable.Range(r.Start, r.End - r.Start + 1).Select(p => (p, r.Protocol))).Distinct().OrderBy(p => p.p).ThenBy(p => p.Protocol != "tcp"),
        ];
        if (ports.Length > 0)
        {
            variables.Add(Text($"{name}_PORT={ports[0].Protocol}://{address}:{ports[0].Port}"));
        }

        foreach ((int port, string protocol) in ports)
        {
            string prefix = Text($"{name}_PORT_{port}_{protocol.ToUpperInvariant()}");
            variables.Add(Text($"{prefix}={protocol}://{address}:{port}"));
            variables.Add(Text($"{prefix}_ADDR={address}"));
            variables.Add(Text($"{prefix}_PORT={port}"));
            variables.Add($"{prefix}_PROTO={protocol}");
        }

        variables.Add($"{name}_NAME=/{container.Name}/{alias}");
        foreach (string variable in target.Spec.Program.Environment ?? [])
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && variable[..equals] is not ("HOME" or "PATH"))
            {
                variables.Add($"{name}_ENV_{variable}");
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private IReadOnlyList<(Container Target, string Alias)> Of(Container container)
    {
        List<(Container, string)> links = [];
        foreach (string link in container.Spec.Network.Links ?? [])
        {
            (string target, string alias) = Parse(link);
            if (registry.Find(target) is { } found)
            {
                links.Add((found, alias));
            }
        }

        return links;
    }

    private IEnumerable<IPAddress> AddressesOf(Container target) =>
        networks.EndpointsOf(target.Id).Where(e => e.Network.Name == NetworkMode.Bridge).SelectMany(e => new[] { e.IPv4?.Address, e.IPv6?.Address }).OfType<IPAddress>();
}

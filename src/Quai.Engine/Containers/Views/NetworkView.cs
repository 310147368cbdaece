using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Networks;

namespace Quai.Engine.Containers.Views;

/// <summary>Containers' endpoints on networks, as the API shows them.</summary>
internal sealed class NetworkView(INetworkService networks, ContainerLinks links)
{
    /// <summary>Links of the default bridge.</summary>
    public ContainerLinks Links => links;

    /// <summary>All networks.</summary>
    public IReadOnlyList<Network> All() => networks.List();

    /// <summary>The network part of inspect.</summary>
    public NetworkSettings SettingsOf(Container container, RunState state)
    {
        var settings = new NetworkSettings { Networks = EndpointsOf(container, state) };
        if (!state.HasProcess || container.Spec.Network.Mode.IsContainer || container.Spec.Network.Disabled == true)
        {
            return settings;
        }

        settings.SandboxID = RunNames.Sandbox(container, state);
        settings.SandboxKey = $"/proc/{state.Pid}/ns/net";
        if (container.Endpoints.IsEmpty)
        {
            return settings;
        }

        if (container.Endpoints.FirstOrDefault(e => e.NetworkName == "bridge") is { } endpoint)
        {
            settings.EndpointID = endpoint.EndpointId;
            settings.Gateway = endpoint.Gateway;
            settings.IPAddress = endpoint.Address;
            settings.IPPrefixLen = endpoint.PrefixLength;
            settings.IPv6Gateway = endpoint.IPv6Gateway ?? "";
            settings.GlobalIPv6Address = endpoint.IPv6Address ?? "";
            settings.GlobalIPv6PrefixLen = endpoint.IPv6PrefixLength;
            settings.MacAddress = endpoint.MacAddress;
        }

        foreach (PortRange exposed in PublishesPorts(container) ? container.Spec.Network.Exposed ?? [] : [])
        {
            for (int port = exposed.Start; port <= exposed.End; port++)
            {
                settings.Ports[$"{port}/{exposed.Protocol}"] = null;
            }
        }

        foreach (PublishedPortRecord port in container.Endpoints.SelectMany(e => e.Ports))
        {
            string key = $"{port.ContainerPort}/{port.Protocol}";
            List<PortBinding> bindings = settings.Ports.GetValueOrDefault(key) ?? [];
            bindings.Add(new PortBinding { HostIp = port.HostAddress, HostPort = port.HostPort == 0 ? "" : port.HostPort.ToString() });
            settings.Ports[key] = bindings;
        }

        return settings;
    }

    /// <summary>Its endpoints by network name.</summary>
    public Dictionary<string, EndpointSettings> EndpointsOf(Container container, RunState state) =>
        container.Attachments.ToDictionary(a => a.Network, a => SettingsOf(container, state, a));

    /// <summary>Its exposed and published ports, in the order of <c>ps</c>.</summary>
    public List<PortSummary> PortsOf(Container container, RunState state)
    {
        if (!state.HasProcess || container.Endpoints.IsEmpty)
        {
            return [];
        }

        List<PortSummary> ports = [];
        foreach ((string key, List<PortBinding>? bindings) in SettingsOf(container, state).Ports)
        {
            int slash = key.IndexOf('/', StringComparison.Ordinal);
            ushort port = ushort.Parse(key.AsSpan(0, slash));
            string protocol = key[(slash + 1)..];
            if (bindings is null)
            {
                ports.Add(new PortSummary { PrivatePort = port, Type = protocol });
                continue;
            }

            ports.AddRange(bindings.Select(b => new PortSummary { IP = b.HostIp, PrivatePort = port, PublicPort = b.HostPort.Length == 0 ? null : ushort.Parse(b.HostPort), Type = protocol }));
        }

        ports.Sort(static (a, b) =>
            a.PrivatePort != b.PrivatePort ? a.PrivatePort.CompareTo(b.PrivatePort)
            : a.Type != b.Type ? string.CompareOrdinal(a.Type, b.Type)
            : a.IP != b.IP ? string.CompareOrdinal(a.IP, b.IP)
            : (a.PublicPort ?? 0).CompareTo(b.PublicPort ?? 0));
        return ports;
    }

    private bool PublishesPorts(Container container) => networks.List().Any(n => n.PublishesPorts && n.LeadsOutside && container.Endpoints.Any(e => e.NetworkId == n.Id));

    private EndpointSettings SettingsOf(Container container, RunState state, NetworkAttachment attachment)
    {
        EndpointSettings settings = attachment.ToSettings();
        if (container.Endpoints.FirstOrDefault(e => e.NetworkName == attachment.Network) is { } endpoint)
        {
            settings.NetworkID = endpoint.NetworkId;
            settings.DNSNames = Network.IsPredefinedName(attachment.Network) ? null : NameResolution.NamesOn(container, attachment.Network);

            // As in Docker one that was asked for is shown until there is a real one, and not when there is none any more.
            settings.MacAddress = "";
            if (state.HasProcess)
            {
                settings.EndpointID = endpoint.EndpointId;
                settings.Gateway = endpoint.Gateway;
                settings.IPAddress = endpoint.Address;
                settings.IPPrefixLen = endpoint.PrefixLength;

                // Records of an earlier version have none.
                settings.IPv6Gateway = endpoint.IPv6Gateway ?? "";
                settings.GlobalIPv6Address = endpoint.IPv6Address ?? "";
                settings.GlobalIPv6PrefixLen = endpoint.IPv6PrefixLength;
                settings.MacAddress = endpoint.MacAddress;
            }
        }
        else if (state.StartedAt is not null && attachment.Network is "host" or "none")
        {
            settings.NetworkID = networks.List().FirstOrDefault(n => n.Name == attachment.Network)?.Id ?? "";
            settings.EndpointID = state.HasProcess ? RunNames.Place(container, state, settings.NetworkID) : "";
        }

        return settings;
    }
}

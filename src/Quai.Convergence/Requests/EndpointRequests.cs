using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;

namespace Quai.Convergence.Requests;

/// <summary>The networks of a container that is to be made.</summary>
internal static class EndpointRequests
{
    /// <summary>The network mode, and the networks if it does not say it all.</summary>
    /// <exception cref="ConvergenceException">The service's addresses contradict each other.</exception>
    public static (string Mode, NetworkingConfig? Networking) Of(ComposeProject project, ContainerOrder order)
    {
        ComposeService service = order.Service;
        if (service.NetworkMode.Length > 0)
        {
            return (service.NetworkMode, null);
        }

        if (project.Networks.Count == 0 || service.Networks.Count == 0)
        {
            return ("none", null);
        }

        IReadOnlyList<string> keys = ServiceScale.NetworksByPriority(service);
        if (service.MacAddress.Length > 0 && service.Networks[keys[0]]?.MacAddress is { Length: > 0 } address && address != service.MacAddress)
        {
            throw new ConvergenceException($"the service-level mac_address should have the same value as network {keys[0]}");
        }

        Dictionary<string, EndpointSettings?> endpoints = [];
        foreach (string key in keys)
        {
            endpoints[project.Networks[key].Name] = Endpoint(project, order, key, key == keys[0]);
        }

        return (project.Networks[keys[0]].Name, new() { EndpointsConfig = endpoints });
    }

    private static EndpointSettings Endpoint(ComposeProject project, ContainerOrder order, string key, bool isFirst)
    {
        ComposeService service = order.Service;
        ServiceNetwork? network = service.Networks[key];
        List<string> aliases = [ServiceScale.ContainerName(project.Name, service, Math.Max(order.Number, 1))];
        if (order.UsesAliases)
        {
            aliases.Add(service.Name);
            aliases.AddRange(network?.Aliases ?? []);
        }

        string address = network?.MacAddress ?? "";
        EndpointSettings settings = new()
        {
            Aliases = aliases,
            Links = order.Links.Count > 0 ? [.. order.Links] : null,
            MacAddress = address.Length == 0 && isFirst ? service.MacAddress : address,
        };
        if (network is not null)
        {
            settings.IPAddress = network.Ipv4Address;
            settings.IPv6Gateway = network.Ipv6Address;
            settings.IPAMConfig = new()
            {
                IPv4Address = network.Ipv4Address.Length > 0 ? network.Ipv4Address : null,
                IPv6Address = network.Ipv6Address.Length > 0 ? network.Ipv6Address : null,
                LinkLocalIPs = network.LinkLocalIps.Count > 0 ? [.. network.LinkLocalIps] : null,
            };
            settings.GwPriority = (int)network.GatewayPriority;
            settings.DriverOpts = Options(network);
        }

        return settings;
    }

    private static Dictionary<string, string>? Options(ServiceNetwork network)
    {
        Dictionary<string, string> options = new(network.DriverOptions);
        if (network.InterfaceName.Length > 0)
        {
            options["com.docker.network.endpoint.ifname"] = network.InterfaceName;
        }

        return options.Count > 0 ? options : null;
    }
}

using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Networks.Ipam;
using Quai.Networks.Sandboxes;
using Quai.Plugins;
using Quai.Plugins.Networks;

namespace Quai.Networks.Drivers.Remote;

/// <summary>Checks what plugins answer: nothing of it is believed. Docker's words come first, and then the plugin's name.</summary>
internal static class RemoteAnswers
{
    private const int MostRoutes = 128, LongestText = 80;

    /// <summary>What a plugin chose for an endpoint of which it was told.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="told">What it was told.</param>
    /// <param name="chosen">What it answered; null for nothing.</param>
    /// <param name="anyAddress">Whether the network has no subnets, so that addresses are the plugin's.</param>
    /// <exception cref="QuaiException">An endpoint cannot have that.</exception>
    public static RemoteInterface InterfaceOf(string driver, PluginEndpoint told, PluginInterface? chosen, bool anyAddress)
    {
        string mac = told.MacAddress;
        if (chosen?.MacAddress is { Length: > 0 } given)
        {
            string read = MacOf(driver, given);
            mac = mac.Length == 0 ? read
                : throw Bad(driver, "CreateEndpoint", $"driver modified interface MAC address: endpoint interface MAC address present ({mac}). Cannot be modified with ({read})");
        }

        return new RemoteInterface
        {
            Mac = mac,
            IPv4 = AddressOf(driver, told.IPv4, chosen?.Address, AddressFamily.InterNetwork, anyAddress),
            IPv6 = AddressOf(driver, told.IPv6, chosen?.AddressIPv6, AddressFamily.InterNetworkV6, anyAddress),
        };
    }

    /// <summary>The interface that a plugin made.</summary>
    /// <param name="driver">The plugin.</param>
    /// <param name="chosen">What it chose for the endpoint before.</param>
    /// <param name="join">What it answered.</param>
    /// <param name="has">Whether the endpoint has an address of a family.</param>
    /// <param name="find">Finds an interface of the host.</param>
    /// <exception cref="QuaiException">It is not there, or a container cannot have that.</exception>
    public static RemoteInterface JoinOf(string driver, RemoteInterface chosen, PluginJoin join, Func<AddressFamily, bool> has, Func<string, Link?> find)
    {
        string source = join.Source;
        if (source.Length == 0 && (join.Gateway.Length > 0 || join.Gateway6.Length > 0 || join.Routes.Count > 0))
        {
            throw Bad(driver, "Join", "routes need an interface, and it names none");
        }

        if (source.Length > 0)
        {
            string refusal = $"failed to add interface {PluginText.Shown(source)} to sandbox";
            if (!InterfaceNames.IsValid(source) || find(source) is not { } link)
            {
                throw Bad(driver, "Join", $"{refusal}: failed to get link by name \"{PluginText.Shown(source)}\": Link not found");
            }

            if (link.Index == Links.Loopback || link.Group is InterfaceGroups.Bridges or InterfaceGroups.Ports or InterfaceGroups.Retired)
            {
                throw Bad(driver, "Join", $"{refusal}: it is not the plugin's");
            }

            if (join.Prefix.Length == 0 || !InterfaceNames.IsValid(join.Prefix + "00"))
            {
                throw Bad(driver, "Join", $"{refusal}: \"{PluginText.Shown(join.Prefix)}\" is not what an interface's name can begin with");
            }
        }

        if (join.Routes.Count > MostRoutes)
        {
            throw Bad(driver, "Join", $"{join.Routes.Count} static routes are more than the {MostRoutes} that a container may have");
        }

        return chosen with
        {
            Source = source,
            Gateway = GatewayOf(driver, "Gateway", join.Gateway, AddressFamily.InterNetwork, has),
            Gateway6 = GatewayOf(driver, "GatewayIPv6", join.Gateway6, AddressFamily.InterNetworkV6, has),
            Routes = [.. join.Routes.Select(r => RouteOf(driver, r, has))],
        };
    }

    private static string MacOf(string driver, string text)
    {
        try
        {
            return MacAddress.Format(MacAddress.Parse(text));
        }
        catch (QuaiException)
        {
            throw Bad(driver, "CreateEndpoint", $"address {PluginText.Shown(text)}: invalid MAC address");
        }
    }

    private static string? AddressOf(string driver, string told, string? given, AddressFamily family, bool any)
    {
        if (given is not { Length: > 0 })
        {
            return null;
        }

        InterfaceAddress address = Read(driver, "CreateEndpoint", given);
        return told.Length > 0 ? throw Bad(driver, "CreateEndpoint", $"driver modified interface address: endpoint interface IP present ({told}). Cannot be modified with ({address})")
            : !any || address.Address.AddressFamily != family || !Prefixes.IsHosts(address.Address)
                ? throw Bad(driver, "CreateEndpoint", $"driver modified interface address: {address} is not of the network's subnets")
            : address.ToString();
    }

    private static string? GatewayOf(string driver, string member, string text, AddressFamily family, Func<AddressFamily, bool> has)
    {
        if (text.Length == 0)
        {
            return null;
        }

        IPAddress gateway = Prefixes.AddressOf(text) ?? throw Bad(driver, "Join", $"unable to parse {member} \"{PluginText.Shown(text)}\"");
        return gateway.AddressFamily == family && has(family) && Prefixes.IsHosts(gateway) ? gateway.ToString()
            : throw Bad(driver, "Join", $"failed to set gateway: {gateway}: it is no next hop that this endpoint can have as {member}");
    }

    private static RemoteRoute RouteOf(string driver, PluginRoute route, Func<AddressFamily, bool> has)
    {
        InterfaceAddress to = Read(driver, "Join", route.Destination ?? "");
        bool byHop = route.NextHop is { Length: > 0 };
        IPAddress? hop = byHop ? Prefixes.AddressOf(route.NextHop!) ?? throw Bad(driver, "Join", $"failed to parse nexthop IP {PluginText.Shown(route.NextHop!)}") : null;
        return route.RouteType is 0 or 1 && byHop == (route.RouteType == 0) && has(to.Address.AddressFamily) && (hop is null || (hop.AddressFamily == to.Address.AddressFamily && Prefixes.IsHosts(hop)))
            ? new RemoteRoute(to.Network.ToString(), hop?.ToString())
            : throw Bad(driver, "Join", $"failed to set static route to {to.Network}: a route is of a family that the endpoint has, and of type 0 with a next hop, or of type 1 with none");
    }

    private static InterfaceAddress Read(string driver, string method, string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        try
        {
            return slash > 0 && Prefixes.AddressOf(text[..slash]) is not null ? InterfaceAddress.Parse(text) : throw QuaiException.Invalid(text);
        }
        catch (QuaiException)
        {
            throw Bad(driver, method, $"invalid CIDR address: {PluginText.Shown(text)}");
        }
    }

    private static PluginException Bad(string driver, string method, string what) => new($"{what} (what plugin \"{driver}\" answered NetworkDriver.{method})", answered: false);
}

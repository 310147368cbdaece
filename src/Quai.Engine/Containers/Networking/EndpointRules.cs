using System.Net;
using System.Net.Sockets;
using Quai.Api.Networks;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Errors;
using Quai.Networks;
using Quai.Networks.Ipam;

namespace Quai.Engine.Containers.Networking;

/// <summary>Which endpoint settings are allowed.</summary>
internal static class EndpointRules
{
    /// <summary>Checks the endpoint settings for a network.</summary>
    /// <param name="name">The network, as the request names it.</param>
    /// <param name="network">The network; null where there is none yet, which shows at the start.</param>
    /// <param name="settings">The requested settings.</param>
    /// <param name="before">The start of the error message.</param>
    /// <exception cref="QuaiException">They are not possible there, in Docker's words: all that is wrong with addresses and aliases at once.</exception>
    public static void Check(string name, Network? network, EndpointSettings? settings, string before = "")
    {
        if (settings is null)
        {
            return;
        }

        CheckHardware(settings.MacAddress, before);
        List<string> faults = [.. Faults(name, network, settings)];
        if (faults.Count > 0)
        {
            throw QuaiException.Invalid($"{before}invalid endpoint settings:\n{(faults.Count == 1 ? faults[0] : string.Join('\n', faults.Select(f => "* " + f)))}");
        }

        foreach (string link in settings.Links ?? [])
        {
            _ = ContainerLinks.Parse(link);
        }

        if (settings.DriverOpts is { Count: > 0 } options)
        {
            EndpointOptions.Check(name, options, before);
        }
    }

    private static IEnumerable<string> Faults(string name, Network? network, EndpointSettings settings)
    {
        const string notHere = "user specified IP address is supported on user defined networks only";
        bool predefined = new NetworkMode(name).Network is NetworkMode.Bridge or null;
        EndpointIPAMConfig ipam = settings.IPAMConfig ?? new EndpointIPAMConfig();
        (string ipv4, string ipv6, List<string> linkLocal) = (ipam.IPv4Address ?? "", ipam.IPv6Address ?? "", ipam.LinkLocalIPs ?? []);
        if (predefined && (ipv4.Length > 0 || ipv6.Length > 0))
        {
            yield return notHere;
        }

        if (predefined && settings.Aliases is { Count: > 0 })
        {
            yield return "network-scoped alias is supported only for containers in user defined networks";
        }

        if (ipv4.Length > 0 && !IsAddress(ipv4, AddressFamily.InterNetwork))
        {
            yield return $"invalid IPv4 address: {ipv4}";
        }

        if (ipv6.Length > 0 && !IsAddress(ipv6, AddressFamily.InterNetworkV6))
        {
            yield return $"invalid IPv6 address: {ipv6}";
        }

        foreach (string address in linkLocal)
        {
            string? fault = Prefixes.AddressOf(address) is not { } parsed ? $"invalid link-local IP address: {address}"
                : !IsLinkLocal(parsed) ? $"invalid link local IP address: {address}"
                : predefined ? notHere
                : null;
            if (fault is not null)
            {
                yield return fault;
            }
        }

        foreach ((string address, bool six) in network is null ? [] : ((string, bool)[])[(ipv4, false), (ipv6, true)])
        {
            if (address.Length > 0 && Outside(network!, address, six) is { } outside)
            {
                yield return outside;
            }
        }
    }

    private static string? Outside(Network network, string address, bool six)
    {
        if (network.HasServedAddresses)
        {
            // A DHCP server is asked for the address, whatever its subnet is.
            return null;
        }

        // The default network's are the daemon's setting.
        AddressFamily family = six ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        IEnumerable<IPNetwork> subnets = network.IsPredefined ? network.Subnets.Select(s => s.Prefix) : network.Attributes.Asked.Select(a => IPNetwork.Parse(a.Subnet));
        List<IPNetwork> asked = [.. subnets.Where(s => s.BaseAddress.AddressFamily == family)];
        return asked.Count == 0 ? "user specified IP address is supported only when connecting to networks with user configured subnets"
            : Prefixes.AddressOf(address) is { } wanted && asked.Exists(s => s.Contains(wanted)) ? null
            : $"no configured subnet or ip-range contain the IP address {address}";
    }

    private static bool IsAddress(string text, AddressFamily family) =>
        Prefixes.AddressOf(text) is { } address && address.AddressFamily == family && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal || (address.GetAddressBytes() is [169, 254, _, _]);

    /// <summary>Checks a hardware address that is asked for.</summary>
    /// <param name="address">The address; nothing for the engine's choice.</param>
    /// <param name="before">What the sentence begins with.</param>
    /// <exception cref="QuaiException">It is none that an interface can have.</exception>
    public static void CheckHardware(string? address, string before)
    {
        try
        {
            _ = string.IsNullOrEmpty(address) ? null : MacAddress.Parse(address);
        }
        catch (QuaiException e) when (before.Length > 0)
        {
            throw QuaiException.Invalid(before + e.Message);
        }
    }
}

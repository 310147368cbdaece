using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Api.Networks;
using Quai.Errors;
using Quai.Networks;
using Quai.Networks.Ipam;

namespace Quai.Daemon.Networks;

/// <summary>Reads requests for networks: the door between the API's types and the service's, where everything is parsed once.</summary>
internal static class NetworkReader
{
    /// <summary>Reads one.</summary>
    /// <exception cref="QuaiException">It is malformed, or asks for what cannot be had; in Docker's words, all faults of its subnets at once.</exception>
    public static NetworkRequest Read(NetworkCreateRequest request)
    {
        string scope = request.Scope, driver = request.Driver.Length == 0 ? "bridge" : request.Driver;
        if (driver == "overlay" && !(Network.IsPredefinedName(request.Name) || request.Name == "default"))
        {
            CheckOverlay(request);
        }

        if (request.Ingress)
        {
            throw new QuaiException(ErrorKind.Forbidden, "Ingress network can only be global scope network");
        }

        if (scope is "swarm" or "global")
        {
            throw new QuaiException(ErrorKind.Forbidden, $"cannot create a {scope} scoped network when swarm is not active");
        }

        if (scope is not ("" or "local"))
        {
            throw QuaiException.Invalid($"invalid scope \"{scope}\" of network {request.Name}: a network of this daemon's is local");
        }

        if ((request.EnableIPv4 == false || request.EnableIPv6 == true) && request.ConfigFrom?.Network is { Length: > 0 })
        {
            throw new QuaiException(ErrorKind.Forbidden, "user specified configurations are not supported if the network depends on a configuration network");
        }

        return new NetworkRequest(request.Name, driver)
        {
            EnableIPv4 = request.EnableIPv4,
            EnableIPv6 = request.EnableIPv6,
            Options = request.Options ?? [],
            Attributes = new NetworkAttributes
            {
                Internal = request.Internal,
                Attachable = request.Attachable,
                Labels = request.Labels ?? [],
                IpamDriver = request.IPAM?.Driver is { Length: > 0 } ipam ? ipam : "default",
                IpamOptions = request.IPAM?.Options,
                Asked = Subnets(request.IPAM?.Config ?? []),
                ConfigOnly = request.ConfigOnly,
                ConfigFrom = request.ConfigFrom?.Network ?? "",
            },
        };
    }

    /// <summary>Without a cluster somebody has to say what one would: which the other hosts are.</summary>
    private static void CheckOverlay(NetworkCreateRequest request)
    {
        const string Prefix = "quai.overlay.", Peers = Prefix + "peers";
        bool own = request.Options?.Keys.Any(o => o.StartsWith(Prefix, StringComparison.Ordinal)) == true;
        if (!own || request.Ingress || request.Scope is not ("" or "local"))
        {
            throw new QuaiException(
                ErrorKind.Forbidden,
                "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.");
        }

        if (!request.Options!.ContainsKey(Peers))
        {
            throw QuaiException.Invalid($"overlay network {request.Name} needs -o {Peers}=ADDRESS,…: its other hosts, as this one is in no swarm that would tell");
        }
    }

    private static AskedSubnet[] Subnets(List<IpamConfig> configs)
    {
        List<string> faults = [];
        foreach (IpamConfig config in configs)
        {
            faults.AddRange(Faults(config));
        }

        return faults.Count > 0
            ? throw QuaiException.Invalid("invalid network config:\n" + (faults.Count == 1 ? faults[0] : string.Join('\n', faults.Select(f => "* " + f))))
            : [.. configs.Select(c => new AskedSubnet(c.Subnet!, Given(c.IPRange), Given(c.Gateway), c.AuxiliaryAddresses is { Count: > 0 } others ? others : null))];
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static IEnumerable<string> Faults(IpamConfig config)
    {
        string written = config.Subnet ?? "";
        if (Block(written) is not { } subnet)
        {
            yield return $"invalid subnet {written}: invalid CIDR block notation";
            yield break;
        }

        if (subnet.ToString() != written)
        {
            yield return $"invalid subnet {written}: it should be {subnet}";
        }

        if (config.IPRange is { Length: > 0 } rangeText)
        {
            if (Block(rangeText) is not { } range)
            {
                yield return $"invalid ip-range {rangeText}: invalid CIDR block notation";
            }
            else if (range.PrefixLength < subnet.PrefixLength)
            {
                yield return $"invalid ip-range {rangeText}: CIDR block is bigger than its parent subnet {written}";
            }
            else if (range.ToString() != rangeText)
            {
                yield return $"invalid ip-range {rangeText}: it should be {range}";
            }
            else if (!subnet.Contains(range.BaseAddress))
            {
                yield return $"invalid ip-range {rangeText}: parent subnet {written} doesn't contain ip-range";
            }
        }

        if (config.Gateway is { Length: > 0 } gateway && Outside(subnet, gateway) is { } why)
        {
            yield return $"invalid gateway {gateway}: {(why.Length > 0 ? why : $"parent subnet {written} doesn't contain this address")}";
        }

        foreach ((string name, string address) in config.AuxiliaryAddresses ?? [])
        {
            if (Outside(subnet, address) is { } fault)
            {
                yield return $"invalid auxiliary address {name}: {(fault.Length > 0 ? fault : $"parent subnet {written} doesn't contain this address")}";
            }
        }
    }

    private static string? Outside(IPNetwork subnet, string address) =>
        Prefixes.AddressOf(address) is not { } parsed ? "invalid address" : subnet.Contains(parsed) ? null : "";

    private static IPNetwork? Block(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Prefixes.AddressOf(text[..slash]) is { } address
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= Prefixes.Bits(address.AddressFamily)
            ? Prefixes.Of(address, length)
            : null;
    }
}

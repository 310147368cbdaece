using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Quai.Errors;
using Quai.Networks.Drivers;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Drivers.Overlay;
using Quai.Networks.Drivers.Parents;
using Quai.Networks.Drivers.Remote;
using Quai.Networks.Ipam;
using Quai.Networks.Records;
using Quai.Networks.State;

namespace Quai.Networks;

/// <summary>What networks may be made, in Docker's words.</summary>
internal static class NetworkRules
{
    /// <summary>Options of every driver's: whether the network has a family.</summary>
    public const string EnableIPv4 = "com.docker.network.enable_ipv4", EnableIPv6 = "com.docker.network.enable_ipv6";

    private const string Null = "null", Configured = " are not supported if the network depends on a configuration network";

    /// <summary>Checks what can be told of a request without looking at other networks.</summary>
    /// <exception cref="QuaiException">It cannot be.</exception>
    public static void Check(NetworkRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Name))
        {
            throw QuaiException.Invalid("invalid name: name is empty");
        }

        if (request.Name.Any(char.IsControl))
        {
            throw QuaiException.Invalid("invalid name: it must not contain control characters");
        }

        if (Network.IsPredefinedName(request.Name) || request.Name == "default")
        {
            // The space at the end is Docker's.
            throw new QuaiException(ErrorKind.Forbidden, $"operation is not permitted on predefined {request.Name} network ");
        }
    }

    /// <summary>The record of a network to be made, its name being free.</summary>
    /// <param name="request">Checked by <see cref="Check"/>.</param>
    /// <param name="networks">The networks that there are.</param>
    /// <param name="drivers">The driver of a name.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="QuaiException">It cannot be.</exception>
    public static NetworkRecord Record(NetworkRequest request, NetworkDirectory networks, Func<string, INetworkDriver> drivers, DateTimeOffset now)
    {
        NetworkAttributes attributes = request.Attributes with
        {
            WithoutIPv4 = !Enabled(request.EnableIPv4, request.Options, EnableIPv4, usual: true), IPv6 = Enabled(request.EnableIPv6, request.Options, EnableIPv6, usual: false),
        };
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        if (attributes.ConfigOnly)
        {
            return attributes.Internal || attributes.Attachable || attributes.ConfigFrom.Length > 0
                ? throw new QuaiException(
                    ErrorKind.Forbidden,
                    "configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.")
                : new NetworkRecord(id, request.Name, Null, null, false, now) { Attributes = attributes, Options = request.Options };
        }

        INetworkDriver driver = drivers(request.Driver);
        if (driver is NamespaceDriver)
        {
            throw new QuaiException(ErrorKind.Forbidden, $"only one instance of \"{request.Driver}\" network is allowed");
        }

        // As in Docker: containers beside the host may get their addresses otherwise.
        if (attributes is { WithoutIPv4: true, IPv6: false } && driver is not (ParentDriver or RemoteDriver))
        {
            throw QuaiException.Invalid("IPv4 or IPv6 must be enabled");
        }

        IReadOnlyDictionary<string, string> options = request.Options;
        if (attributes.ConfigFrom.Length > 0)
        {
            if (networks.Named(attributes.ConfigFrom)?.Network is not { Attributes.ConfigOnly: true } from)
            {
                throw QuaiException.NotFound($"configuration network \"{attributes.ConfigFrom}\" does not exist");
            }

            if (attributes.Asked.Count > 0 || attributes.Labels.Count > 0 || attributes.IpamDriver != "default" || attributes.IpamOptions is { Count: > 0 })
            {
                throw new QuaiException(ErrorKind.Forbidden, "user specified configurations" + Configured);
            }

            if (options.Count > 0)
            {
                throw new QuaiException(ErrorKind.Forbidden, "network driver options" + Configured);
            }

            options = from.Options;
            attributes = attributes with { IPv6 = from.Attributes.IPv6, WithoutIPv4 = from.Attributes.WithoutIPv4, Asked = from.Attributes.Asked, Labels = from.Attributes.Labels, IpamDriver = from.Attributes.IpamDriver, IpamOptions = from.Attributes.IpamOptions };
        }

        CheckSubnets(attributes, driver.Name, severalSubnets: driver is ParentDriver or RemoteDriver);
        NetworkRecord record = new(id, request.Name, request.Driver, null, false, now) { Attributes = attributes, Options = options };
        CheckBridge(record, networks);
        return !record.ChoosesSubnets ? record : record with
        {
            // As in Docker, a subnet of a family that the network does not have is kept, shown, and of no account.
            Subnets = [.. attributes.Asked.Where(a => a.IsIPv6() ? attributes.IPv6 : !attributes.WithoutIPv4).Select(a => SubnetOf(a, networks, WithGateway(a, options) && driver is not OverlayDriver))],
        };
    }

    /// <summary>As it was asked for, or as an option has it, which a daemon's default may be.</summary>
    private static bool Enabled(bool? asked, IReadOnlyDictionary<string, string> options, string option, bool usual) =>
        asked ?? (options.TryGetValue(option, out string? text) ? BridgeOptions.Flag(option, text) : usual);

    /// <summary>Checks again what others may have taken since: they were made while somebody else was asked for this network's addresses.</summary>
    /// <exception cref="QuaiException">It is taken.</exception>
    public static void CheckFree(NetworkRecord record, NetworkDirectory networks)
    {
        if (networks.Named(record.Name) is not null)
        {
            throw QuaiException.Conflict($"network with name {record.Name} already exists");
        }

        CheckBridge(record, networks);
        record.Subnets.Select(s => s.Gateway.Network).ToList().ForEach(s => CheckOverlap(s, networks));
    }

    private static void CheckBridge(NetworkRecord record, NetworkDirectory networks)
    {
        (string id, string bridge) = (record.Id, record.Options.GetValueOrDefault(BridgeOptions.Name, ""));
        if (bridge.Length > 0 && networks.All.FirstOrDefault(n => n.Network.Interface == bridge) is { } other)
        {
            throw new QuaiException(
                ErrorKind.Forbidden,
                $"cannot create network {id} ({bridge}): conflicts with network {other.Network.Id} ({bridge}): networks have same bridge name");
        }
    }

    private static void CheckSubnets(NetworkAttributes attributes, string driver, bool severalSubnets)
    {
        if (!severalSubnets && (attributes.Asked.Count(a => a.IsIPv6()) > 1 || attributes.Asked.Count(a => !a.IsIPv6()) > 1))
        {
            throw new QuaiException(ErrorKind.Forbidden, $"{driver} driver doesn't support multiple subnets");
        }
    }

    private static bool WithGateway(AskedSubnet asked, IReadOnlyDictionary<string, string> options) => !BridgeOptions.IsIsolated(options, asked.IsIPv6());

    private static SubnetRecord SubnetOf(AskedSubnet asked, NetworkDirectory networks, bool hasGateway)
    {
        IPNetwork subnet = IPNetwork.Parse(asked.Subnet);
        if (!Prefixes.IsHosts(subnet.BaseAddress) && subnet.PrefixLength > 0 && !subnet.BaseAddress.Equals(IPAddress.IPv6Any))
        {
            throw QuaiException.Invalid(IsMulticast(subnet.BaseAddress) ? $"multicast subnet '{GatewayOf(asked, subnet)}/{subnet.PrefixLength}' is not allowed" : $"subnet {subnet} is not allowed: its addresses are not those of hosts");
        }

        CheckOverlap(subnet, networks);
        IPNetwork range = RangeOf(asked, subnet);
        IPAddress gateway = GatewayOf(asked, subnet);
        HashSet<IPAddress> used = subnet.PrefixLength < Prefixes.Bits(subnet.BaseAddress.AddressFamily) - 1
            ? subnet.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? [subnet.BaseAddress, Prefixes.Address(Prefixes.Last(subnet), subnet.BaseAddress.AddressFamily)] : [subnet.BaseAddress]
            : [];
        if (hasGateway && !used.Add(gateway))
        {
            throw QuaiException.System($"failed to allocate gateway ({gateway}): Address already in use");
        }

        foreach ((string name, IPAddress address) in asked.Others())
        {
            if (!used.Add(address))
            {
                throw QuaiException.System($"failed to allocate secondary ip address ({name}:{address}): Address already in use");
            }
        }

        return new SubnetRecord(new InterfaceAddress(gateway, subnet.PrefixLength), asked.Range is null ? null : range);
    }

    private static IPNetwork RangeOf(AskedSubnet asked, IPNetwork subnet) => asked.Range is { } written ? IPNetwork.Parse(written) : subnet;

    private static IPAddress GatewayOf(AskedSubnet asked, IPNetwork subnet) => asked.Gateway is { } given ? IPAddress.Parse(given) : FirstUsable(subnet, RangeOf(asked, subnet));

    private static bool IsMulticast(IPAddress address) => address.IsIPv6Multicast || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] is >= 224 and < 240);

    private static void CheckOverlap(IPNetwork subnet, NetworkDirectory networks)
    {
        foreach (Network other in networks.All.Select(n => n.Network))
        {
            if (other.Subnets.FirstOrDefault(s => Prefixes.Overlap(s.Prefix, subnet)) is { } taken)
            {
                throw new QuaiException(
                    ErrorKind.Forbidden, $"invalid pool request: Pool overlaps with other one on this address space: {subnet} with {taken.Prefix} of network {other.Name}");
            }
        }
    }

    // The first of a subnet is nobody's, where it has more than two.
    private static IPAddress FirstUsable(IPNetwork subnet, IPNetwork range)
    {
        UInt128 first = Prefixes.First(range);
        bool network = first == Prefixes.First(subnet) && subnet.PrefixLength < Prefixes.Bits(subnet.BaseAddress.AddressFamily) - 1;
        return Prefixes.Address(network ? first + 1 : first, subnet.BaseAddress.AddressFamily);
    }
}

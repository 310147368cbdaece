using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Networks.Egress;
using Quai.Networks.Ipam;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>Reads what a network of the bridge driver is to be from its options, or for the default bridge from the daemon's.</summary>
internal static class BridgeOptions
{
    /// <summary>The option that names the bridge.</summary>
    public const string Name = "com.docker.network.bridge.name";

    private const string InterContainer = "com.docker.network.bridge.enable_icc",
        Masquerade = "com.docker.network.bridge.enable_ip_masquerade",
        Mtu = "com.docker.network.driver.mtu",
        Binding = "com.docker.network.bridge.host_binding_ipv4",
        Prefix = "com.docker.network.container_iface_prefix",
        Mode4 = "com.docker.network.bridge.gateway_mode_ipv4",
        Mode6 = "com.docker.network.bridge.gateway_mode_ipv6",
        Source4 = "com.docker.network.host_ipv4",
        Source6 = "com.docker.network.host_ipv6",
        Inhibit = "com.docker.network.bridge.inhibit_ipv4",
        Trusted = "com.docker.network.bridge.trusted_host_interfaces",
        Default = "com.docker.network.bridge.default_bridge";

    /// <summary>Of a network's record.</summary>
    /// <exception cref="QuaiException">An option is unknown or malformed.</exception>
    public static BridgeSettings Of(NetworkRecord record, NetworkOptions daemon) =>
        record.Name != "bridge" ? OfOptions(record, daemon) : OfDefault(record.IsKept ? Keeping(record, daemon) : daemon);

    /// <summary>The daemon's settings, but for the addresses of its default network, which are as they are recorded.</summary>
    private static NetworkOptions Keeping(NetworkRecord record, NetworkOptions daemon)
    {
        SubnetRecord? ipv4 = Of(AddressFamily.InterNetwork), ipv6 = Of(AddressFamily.InterNetworkV6);
        return daemon with
        {
            Bridge = record.Interface ?? daemon.Bridge,
            BridgeAddress = ipv4?.Gateway.ToString(),
            FixedCidr = ipv4?.Range?.ToString(),
            DefaultGateway = daemon.DefaultGateway is { } router && ipv4?.Gateway.Network.Contains(router) == true ? router : null,
            IPv6 = ipv6 is not null,
            BridgeAddress6 = ipv6?.Gateway.ToString(),
            FixedCidr6 = ipv6?.Range?.ToString(),
            DefaultGateway6 = daemon.DefaultGateway6 is { } router6 && ipv6?.Gateway.Network.Contains(router6) == true ? router6 : null,
        };

        SubnetRecord? Of(AddressFamily family) => record.Subnets.FirstOrDefault(s => s.Gateway.Address.AddressFamily == family);
    }

    /// <summary>Whether options say that a network has no gateway in a family.</summary>
    public static bool IsIsolated(IReadOnlyDictionary<string, string> options, bool ipv6) => options.GetValueOrDefault(ipv6 ? Mode6 : Mode4) == "isolated";

    /// <summary>An option that is on or off.</summary>
    /// <exception cref="QuaiException">It is neither.</exception>
    public static bool Flag(string name, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw Malformed(name, value, $"strconv.ParseBool: parsing \"{value}\": invalid syntax"),
    };

    private static BridgeSettings OfDefault(NetworkOptions daemon) => new()
    {
        Interface = daemon.Bridge,
        IPv4 = new BridgeFamily
        {
            Address = daemon.BridgeAddress is { } address ? InterfaceAddress.ParseIPv4(address) : null,
            Range = daemon.FixedCidr is { } range ? InterfaceAddress.ParseIPv4(range).Network : null,
            Router = daemon.DefaultGateway,
        },
        IPv6 = daemon.IPv6 ? DefaultIPv6(daemon) : null,
        Mtu = daemon.Mtu,
        BindAddress = daemon.DefaultBindAddress,
        InterContainer = daemon.InterContainer,
        Masquerade = daemon.Masquerade,
        DirectRouting = daemon.DirectRouting,
        AcceptedMark = daemon.AcceptedMark, Relays = daemon.Relays,
        Shown = new Dictionary<string, string>
        {
            [Default] = "true",
            [InterContainer] = daemon.InterContainer ? "true" : "false",
            [Masquerade] = daemon.Masquerade ? "true" : "false",
            [Binding] = daemon.DefaultBindAddress.ToString(),
            [Name] = daemon.Bridge,
            [Mtu] = (daemon.Mtu > 0 ? daemon.Mtu : 1500).ToString(CultureInfo.InvariantCulture),
        },
    };

    private static BridgeFamily DefaultIPv6(NetworkOptions daemon)
    {
        IPNetwork? range = daemon.FixedCidr6 is { } text ? InterfaceAddress.ParseIPv6(text).Network : null;

        // As in Docker, the range is the subnet, too, where nothing else says what that is.
        InterfaceAddress? address = daemon.BridgeAddress6 is { } given ? InterfaceAddress.ParseIPv6(given)
            : range is { } subnet ? new InterfaceAddress(Prefixes.Address(Prefixes.First(subnet) + 1, AddressFamily.InterNetworkV6), subnet.PrefixLength)
            : null;
        return new BridgeFamily { Address = address, Range = range, Router = daemon.DefaultGateway6 };
    }

    private static BridgeSettings OfOptions(NetworkRecord record, NetworkOptions daemon)
    {
        BridgeFamily ipv4 = Family(record, AddressFamily.InterNetwork), ipv6 = Family(record, AddressFamily.InterNetworkV6);
        var settings = new BridgeSettings
        {
            Interface = record.Interface ?? "br-" + record.Id[..12], LongestPrefix = 32, DirectRouting = daemon.DirectRouting, AcceptedMark = daemon.AcceptedMark, Relays = daemon.Relays,
            BindAddress = daemon.DefaultBindAddress, Shown = record.Options,
        };
        foreach ((string name, string value) in record.Options)
        {
            switch (name)
            {
                case Mode4:
                    ipv4 = ipv4 with { Mode = ModeOf(name, value) };
                    break;
                case Mode6:
                    ipv6 = ipv6 with { Mode = ModeOf(name, value) };
                    break;
                case Source4:
                    ipv4 = ipv4 with { Source = AddressOf(name, value) };
                    break;
                case Source6:
                    ipv6 = ipv6 with { Source = AddressOf(name, value, AddressFamily.InterNetworkV6) };
                    break;
                case Inhibit:
                    ipv4 = ipv4 with { Inhibited = Flag(name, value) };
                    break;
                default:
                    settings = With(settings, name, value);
                    break;
            }
        }

        if (!record.Attributes.Internal && (ipv4.Mode == GatewayMode.Isolated || ipv6.Mode == GatewayMode.Isolated))
        {
            throw QuaiException.Invalid("gateway mode 'isolated' can only be used for an internal network");
        }

        if (settings.Egress is not null && !(daemon.Firewall && (daemon.FirewallIPv6 || !record.Attributes.IPv6)))
        {
            throw EgressRules.WithoutFirewall();
        }

        if (settings.Egress?.Denies == false)
        {
            throw QuaiException.Invalid($"invalid {EgressPolicy.Option} \"{settings.Egress}\": it denies nothing: end it with \"deny any\"");
        }

        return settings with { IPv4 = record.Attributes.WithoutIPv4 ? null : ipv4, IPv6 = record.Attributes.IPv6 ? ipv6 : null };
    }

    private static BridgeSettings With(BridgeSettings settings, string name, string value) => name switch
    {
        Name => value.Length > 0 ? settings with { Interface = value } : settings,
        InterContainer => settings with { InterContainer = Flag(name, value) },
        Masquerade => settings with { Masquerade = Flag(name, value) },
        Mtu => settings with { Mtu = Number(name, value) },
        Binding => settings with { BindAddress = AddressOf(name, value) },
        Prefix => settings with { InterfacePrefix = InterfaceNames.CheckPrefix(value) },
        EgressPolicy.Option => settings with { Egress = EgressPolicy.Parse(value) },
        Trusted => settings with { Trusted = [.. value.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)] },
        "com.docker.network.enable_ipv4" or "com.docker.network.enable_ipv6" => settings,
        Default => Flag(name, value) ? throw new QuaiException(ErrorKind.Forbidden, $"option {name} is the default bridge's alone") : settings,

        // As in Docker, options of nobody's are kept and shown; those of Docker's that cannot be had are refused.
        _ => name.StartsWith("com.docker.network.", StringComparison.Ordinal) ? throw Unknown(name, value) : settings,
    };

    private static BridgeFamily Family(NetworkRecord record, AddressFamily family) =>
        record.Subnets.FirstOrDefault(s => s.Gateway.Address.AddressFamily == family) is { } subnet
            ? new BridgeFamily { Address = subnet.Gateway, Range = subnet.Range, Router = RouterOf(record, family) }
            : new BridgeFamily();

    // As in Docker, one of the auxiliary addresses, by its name.
    private static IPAddress? RouterOf(NetworkRecord record, AddressFamily family)
    {
        string name = family == AddressFamily.InterNetwork ? "DefaultGatewayIPv4" : "DefaultGatewayIPv6";
        return record.Attributes.Asked.SelectMany(a => a.Others()).FirstOrDefault(o => o.Name == name && o.Address.AddressFamily == family).Address;
    }

    private static QuaiException Unknown(string name, string value) =>
        QuaiException.Invalid($"option {name}={value} is none of driver bridge: take it out");

    private static int Number(string name, string value) =>
        !int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? throw Malformed(name, value, $"strconv.Atoi: parsing \"{value}\": invalid syntax")
        : number < 0 ? throw QuaiException.Invalid($"invalid MTU number: {number}")
        : number is > 0 and < 68 or > 65535 ? throw QuaiException.Invalid($"invalid MTU number: {number}: a bridge's is from 68 to 65535")
        : number;

    private static IPAddress AddressOf(string name, string value, AddressFamily family = AddressFamily.InterNetwork) =>
        Prefixes.AddressOf(value) is { } address && address.AddressFamily == family ? address : throw Malformed(name, value, "nil ip");

    private static GatewayMode ModeOf(string name, string value) => value switch
    {
        "nat" or "" => GatewayMode.Nat,
        "nat-unprotected" => GatewayMode.NatUnprotected,
        "routed" => GatewayMode.Routed,
        "isolated" => GatewayMode.Isolated,
        _ => throw Malformed(name, value, $"unknown gateway mode {value}"),
    };

    private static QuaiException Malformed(string name, string value, string why) => QuaiException.Invalid($"failed to parse {name} value: {value} ({why})");
}

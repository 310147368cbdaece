using System.Globalization;
using System.Net;
using Quai.Errors;
using Quai.Networks.Ipam;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>What a network of the bridge driver is to be: read from its options, or for the default bridge from the daemon's.</summary>
internal sealed record BridgeSettings
{
    /// <summary>The option that names the bridge.</summary>
    public const string NameOption = "com.docker.network.bridge.name";

    private const string InterContainerOption = "com.docker.network.bridge.enable_icc",
        MasqueradeOption = "com.docker.network.bridge.enable_ip_masquerade",
        MtuOption = "com.docker.network.driver.mtu",
        BindingOption = "com.docker.network.bridge.host_binding_ipv4",
        PrefixOption = "com.docker.network.container_iface_prefix",
        GatewayModeOption = "com.docker.network.bridge.gateway_mode_ipv4",
        GatewayModeOption6 = "com.docker.network.bridge.gateway_mode_ipv6",
        InhibitOption = "com.docker.network.bridge.inhibit_ipv4",
        DefaultOption = "com.docker.network.bridge.default_bridge";

    /// <summary>The bridge's name.</summary>
    public required string Interface { get; init; }

    /// <summary>The address it must have; null for that which it has or had, or one that is free.</summary>
    public InterfaceAddress? Address { get; init; }

    /// <summary>The part of its subnet to lease from; null for all of it.</summary>
    public IPNetwork? Range { get; init; }

    /// <summary>The longest prefix that its subnet may have.</summary>
    public int LongestPrefix { get; init; } = 30;

    /// <summary>Bytes; 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

    /// <summary>The address that ports are published on when none is named.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>Whether its containers reach each other.</summary>
    public bool InterContainer { get; init; } = true;

    /// <summary>Whether its containers reach the outside through the host's address.</summary>
    public bool Masquerade { get; init; } = true;

    /// <summary>Its options as inspect shows them.</summary>
    public IReadOnlyDictionary<string, string> Shown { get; init; } = new Dictionary<string, string>();

    /// <summary>Of a network's record.</summary>
    /// <exception cref="QuaiException">An option is unknown or malformed.</exception>
    public static BridgeSettings Of(NetworkRecord record, NetworkOptions daemon) => record.Name == "bridge" ? OfDefault(daemon) : OfOptions(record);

    private static BridgeSettings OfDefault(NetworkOptions daemon) => new()
    {
        Interface = daemon.Bridge,
        Address = daemon.BridgeAddress is { } address ? InterfaceAddress.ParseIPv4(address) : null,
        Range = daemon.FixedCidr is { } range ? InterfaceAddress.ParseIPv4(range).Network : null,
        Mtu = daemon.Mtu,
        BindAddress = daemon.DefaultBindAddress,
        InterContainer = daemon.InterContainer,
        Masquerade = daemon.Masquerade,
        Shown = new Dictionary<string, string>
        {
            [DefaultOption] = "true",
            [InterContainerOption] = daemon.InterContainer ? "true" : "false",
            [MasqueradeOption] = daemon.Masquerade ? "true" : "false",
            [BindingOption] = daemon.DefaultBindAddress.ToString(),
            [NameOption] = daemon.Bridge,
            [MtuOption] = (daemon.Mtu > 0 ? daemon.Mtu : 1500).ToString(CultureInfo.InvariantCulture),
        },
    };

    private static BridgeSettings OfOptions(NetworkRecord record)
    {
        SubnetRecord? subnet = record.Subnets.Count > 0 ? record.Subnets[0] : null;
        var settings = new BridgeSettings
        {
            Interface = record.Interface ?? "br-" + record.Id[..12], Address = subnet?.Gateway, Range = subnet?.Range, LongestPrefix = 32, Shown = record.Options,
        };
        foreach ((string name, string value) in record.Options)
        {
            settings = name switch
            {
                NameOption => value.Length > 0 ? settings with { Interface = value } : settings,
                InterContainerOption => settings with { InterContainer = Flag(name, value) },
                MasqueradeOption => settings with { Masquerade = Flag(name, value) },
                MtuOption => settings with { Mtu = Number(name, value) },
                BindingOption => settings with { BindAddress = AddressOf(name, value) },
                PrefixOption => value == "eth" ? settings : throw Unavailable(name, value),
                GatewayModeOption => CheckMode(name, value) is "nat" ? settings : throw Unavailable(name, value),
                GatewayModeOption6 => CheckMode(name, value) is "nat" ? settings : throw Unavailable(name, value),
                InhibitOption => Flag(name, value) ? throw Unavailable(name, value) : settings,
                DefaultOption => Flag(name, value) ? throw new QuaiException(ErrorKind.Forbidden, $"option {name} is the default bridge's alone") : settings,

                // As in Docker, options of nobody's are kept and shown; those of Docker's that cannot be had are refused.
                _ => name.StartsWith("com.docker.network.", StringComparison.Ordinal) ? throw Unavailable(name, value) : settings,
            };
        }

        return settings;
    }

    private static QuaiException Unavailable(string name, string value) =>
        new(ErrorKind.NotImplemented, $"option {name}={value} of driver bridge is not available in this version of Quai: take it out");

    private static bool Flag(string name, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw Malformed(name, value, $"strconv.ParseBool: parsing \"{value}\": invalid syntax"),
    };

    private static int Number(string name, string value) =>
        !int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? throw Malformed(name, value, $"strconv.Atoi: parsing \"{value}\": invalid syntax")
        : number < 0 ? throw QuaiException.Invalid($"invalid MTU number: {number}")
        : number is > 0 and < 68 or > 65535 ? throw QuaiException.Invalid($"invalid MTU number: {number}: a bridge's is from 68 to 65535")
        : number;

    private static IPAddress AddressOf(string name, string value) =>
        IPAddress.TryParse(value, out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? address : throw Malformed(name, value, "nil ip");

    private static string CheckMode(string name, string value) =>
        value is "nat" or "nat-unprotected" or "routed" or "isolated" or "" ? (value.Length == 0 ? "nat" : value) : throw Malformed(name, value, $"unknown gateway mode {value}");

    private static QuaiException Malformed(string name, string value, string why) => QuaiException.Invalid($"failed to parse {name} value: {value} ({why})");
}

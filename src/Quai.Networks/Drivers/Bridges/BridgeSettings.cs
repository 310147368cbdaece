using System.Globalization;
using System.Net;
using Quai.Errors;
using Quai.Networks.Ipam;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>What a network of the bridge driver is to be: read from its options, or for the default bridge from the daemon's.</summary>
internal sealed record BridgeSettings
{
    private const string NameOption = "com.docker.network.bridge.name",
        InterContainerOption = "com.docker.network.bridge.enable_icc",
        MasqueradeOption = "com.docker.network.bridge.enable_ip_masquerade",
        MtuOption = "com.docker.network.driver.mtu";

    /// <summary>The bridge's name.</summary>
    public required string Interface { get; init; }

    /// <summary>The address it must have; null for that which it has or had, or one that is free.</summary>
    public InterfaceAddress? Address { get; init; }

    /// <summary>The part of its subnet to lease from; null for all of it.</summary>
    public IPNetwork? Range { get; init; }

    /// <summary>Bytes; 0 for the kernel's default.</summary>
    public int Mtu { get; init; }

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
        InterContainer = daemon.InterContainer,
        Masquerade = daemon.Masquerade,
        Shown = new Dictionary<string, string>
        {
            ["com.docker.network.bridge.default_bridge"] = "true",
            [InterContainerOption] = daemon.InterContainer ? "true" : "false",
            [MasqueradeOption] = daemon.Masquerade ? "true" : "false",
            ["com.docker.network.bridge.host_binding_ipv4"] = daemon.DefaultBindAddress.ToString(),
            [NameOption] = daemon.Bridge,
            [MtuOption] = (daemon.Mtu > 0 ? daemon.Mtu : 1500).ToString(CultureInfo.InvariantCulture),
        },
    };

    private static BridgeSettings OfOptions(NetworkRecord record)
    {
        SubnetRecord? subnet = record.Subnets.Count > 0 ? record.Subnets[0] : null;
        var settings = new BridgeSettings { Interface = record.Interface ?? "br-" + record.Id[..12], Address = subnet?.Gateway, Range = subnet?.Range, Shown = record.Options };
        foreach ((string name, string value) in record.Options)
        {
            settings = name switch
            {
                NameOption => settings with { Interface = value },
                InterContainerOption => settings with { InterContainer = Flag(name, value) },
                MasqueradeOption => settings with { Masquerade = Flag(name, value) },
                MtuOption => settings with
                {
                    Mtu = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int mtu) ? mtu : throw Malformed(name, value),
                },
                _ => throw QuaiException.Invalid($"option {name} is none of driver bridge in this version of Quai"),
            };
        }

        return settings;
    }

    private static bool Flag(string name, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw Malformed(name, value),
    };

    private static QuaiException Malformed(string name, string value) => QuaiException.Invalid($"invalid value \"{value}\" of option {name}");
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Egress;
using Quai.Networks.Ipam;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>Reads what an overlay network is to be from its options.</summary>
internal static class OverlayOptions
{
    private const string Number = "com.docker.network.driver.overlay.vxlanid_list", MtuOption = "com.docker.network.driver.mtu", Encrypted = "encrypted",
        Prefix = "quai.overlay.", Local = Prefix + "local", PeersOption = Prefix + "peers", Port = Prefix + "port", Key = Prefix + "key";

    private const uint LastNumber = (1 << 24) - 1;
    private const int LeastMtu = 68, LeastMtu6 = 1280;

    /// <summary>Of a network's record.</summary>
    /// <exception cref="QuaiException">An option is missing, unknown or malformed.</exception>
    public static OverlaySettings Of(NetworkRecord record, NetworkOptions daemon)
    {
        foreach ((string name, string value) in record.Options)
        {
            Check(name, value);
        }

        IPAddress local = LocalOf(record);
        bool encrypted = record.Options.TryGetValue(Encrypted, out string? flag) && (flag.Length == 0 || BridgeOptions.Flag(Encrypted, flag));
        var settings = new OverlaySettings(NumberOf(Required(record, Number, "the network's number, the same on all of its hosts")), local)
        {
            Port = record.Options.TryGetValue(Port, out string? port) ? PortOf(port) : OverlaySettings.UsualPort,
            Peers = record.Options.TryGetValue(PeersOption, out string? peers) ? PeersOf(peers, local) : null,
            Encrypted = encrypted,
            KeyFile = record.Options.GetValueOrDefault(Key),
            Mtu = record.Options.TryGetValue(MtuOption, out string? mtu) ? MtuOf(mtu, record.Attributes.IPv6) : 0,
        };
        CheckSubnets(record);
        CheckKey(settings, daemon);
        return settings;
    }

    /// <summary>The number of a network that was checked before; null where there is none.</summary>
    public static uint? NumberOf(NetworkRecord record) =>
        record.Options.TryGetValue(Number, out string? text) && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number is > 0 and <= LastNumber ? number : null;

    private static void Check(string name, string value)
    {
        if (name == EgressPolicy.Option)
        {
            throw EgressRules.NotOnDriver("overlay");
        }

        bool known = name is Number or MtuOption or Local or PeersOption or Port or Key or NetworkRules.EnableIPv4 or NetworkRules.EnableIPv6;
        if (!known && (name.StartsWith("com.docker.network.", StringComparison.Ordinal) || name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            // As in Docker, options of nobody's are kept and shown; those that cannot be had are refused.
            throw QuaiException.Invalid($"option {name}={value} is none of driver overlay: take it out");
        }
    }

    private static void CheckSubnets(NetworkRecord record)
    {
        Needs(AddressFamily.InterNetwork, wanted: !record.Attributes.WithoutIPv4);
        Needs(AddressFamily.InterNetworkV6, wanted: record.Attributes.IPv6);
        if (record.Attributes.Asked.FirstOrDefault(a => a.Gateway is not null) is { Gateway: { } gateway })
        {
            throw QuaiException.Invalid($"overlay network {record.Name} has no gateway {gateway}, as it leads nowhere but to its own containers: leave out --gateway");
        }

        void Needs(AddressFamily family, bool wanted)
        {
            if (wanted && !record.Subnets.Any(s => s.Gateway.Address.AddressFamily == family))
            {
                string called = family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
                throw QuaiException.Invalid($"overlay network {record.Name} needs an {called} --subnet, the same on all of its hosts, and an --ip-range on each that is its own");
            }
        }
    }

    private static void CheckKey(OverlaySettings settings, NetworkOptions daemon)
    {
        if (settings.KeyFile is { } file && !settings.Encrypted)
        {
            throw QuaiException.Invalid($"option {Key}={file} is for encrypted networks: add -o {Encrypted}");
        }

        if (!settings.Encrypted)
        {
            return;
        }

        if (settings.Peers is not null && settings.KeyFile is null)
        {
            throw QuaiException.Invalid($"option {Encrypted} needs a key that all of the network's hosts have: give -o {Key}=FILE");
        }

        if (settings.KeyFile is { } path && !Path.IsPathFullyQualified(path))
        {
            throw QuaiException.Invalid($"invalid {Key} \"{path}\": it must be an absolute path on this host");
        }

        if (!daemon.Firewall || (settings.Local.AddressFamily == AddressFamily.InterNetworkV6 && !daemon.FirewallIPv6))
        {
            throw QuaiException.Invalid($"option {Encrypted} needs this daemon's firewall rules, by which nothing passes in the clear, and --iptables=false or --ip6tables=false turns them off");
        }
    }

    private static string Required(NetworkRecord record, string option, string what) =>
        record.Options.GetValueOrDefault(option) is { Length: > 0 } value ? value : throw QuaiException.Invalid($"overlay network {record.Name} needs -o {option}=…: {what}");

    private static uint NumberOf(string text) =>
        text.Contains(',', StringComparison.Ordinal) ? throw QuaiException.Invalid($"invalid {Number} \"{text}\": a network has one number here, whichever its subnets")
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number is > 0 and <= LastNumber ? number
        : throw QuaiException.Invalid($"invalid {Number} \"{text}\": it is a number from 1 to {LastNumber}");

    private static ushort PortOf(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 ? port : throw QuaiException.Invalid($"invalid {Port} \"{text}\": it is a number from 1 to 65535");

    private static int MtuOf(string text, bool ipv6)
    {
        int least = ipv6 ? LeastMtu6 : LeastMtu;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int mtu) && (mtu == 0 || (mtu >= least && mtu <= 65535))
            ? mtu
            : throw QuaiException.Invalid($"failed to parse {MtuOption} value: {text}: this network's is from {least} to 65535");
    }

    private static IReadOnlyList<IPAddress> PeersOf(string text, IPAddress local)
    {
        List<IPAddress> peers = [];
        foreach (string word in text.Split(','))
        {
            IPAddress peer = AddressOf(PeersOption, text, word.Trim());
            CheckPeer(peer, local);
            if (peers.Contains(peer))
            {
                throw QuaiException.Invalid($"invalid {PeersOption} \"{text}\": {peer} is there twice");
            }

            peers.Add(peer);
        }

        return peers;
    }

    /// <summary>Checks that tunnels can lead from one host to another.</summary>
    /// <exception cref="QuaiException">They cannot.</exception>
    public static void CheckPeer(IPAddress peer, IPAddress local)
    {
        if (peer.Equals(local))
        {
            throw QuaiException.Invalid($"{peer} is this host's own address ({Local}) and cannot be another host's: take it out of {PeersOption}");
        }

        if (peer.AddressFamily != local.AddressFamily)
        {
            throw QuaiException.Invalid($"host {peer} and this host's address {local} are not of one family, which a tunnel's ends must be");
        }
    }

    private static IPAddress LocalOf(NetworkRecord record)
    {
        string text = Required(record, Local, "this host's address for the tunnels");
        return AddressOf(Local, text, text);
    }

    private static IPAddress AddressOf(string option, string text, string word)
    {
        if (Prefixes.AddressOf(word) is not { } address)
        {
            throw QuaiException.Invalid($"invalid {option} \"{text}\": \"{word}\" is not an IP address");
        }

        return Prefixes.IsHosts(address) && !address.IsIPv6LinkLocal ? address : throw QuaiException.Invalid($"invalid {option} \"{text}\": {address} is no address by which another host is reached");
    }
}

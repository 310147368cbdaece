using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.CommandLine;
using Quai.Errors;
using Quai.Networks;
using Quai.Networks.Firewalls;
using Quai.Networks.Ipam;

namespace Quai.Daemon.Configuration;

/// <summary>Reads the daemon's settings for networks.</summary>
internal static class NetworkSettings
{
    private const int LongestDomain = 255;

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">One is malformed.</exception>
    public static NetworkOptions Read(Settings settings, string dataRoot)
    {
        var defaults = new NetworkOptions();
        return defaults with
        {
            Bridge = settings.Text("bridge") is { Length: > 0 } named ? named : defaults.Bridge,
            BridgeAddress = settings.Text("bip") is { Length: > 0 } bip ? Cidr(bip, AddressFamily.InterNetwork) : null,
            FixedCidr = settings.Text("fixed-cidr") is { Length: > 0 } cidr ? Cidr(cidr, AddressFamily.InterNetwork) : null,
            DefaultGateway = settings.Text("default-gateway") is { Length: > 0 } router ? Gateway(router, AddressFamily.InterNetwork) : null,
            DefaultGateway6 = settings.Text("default-gateway-v6") is { Length: > 0 } router6 ? Gateway(router6, AddressFamily.InterNetworkV6) : null,
            IPv6 = settings.Switch("ipv6", false),
            BridgeAddress6 = settings.Text("bip6") is { Length: > 0 } bip6 ? Cidr(bip6, AddressFamily.InterNetworkV6) : null,
            FixedCidr6 = settings.Text("fixed-cidr-v6") is { Length: > 0 } cidr6 ? Cidr(cidr6, AddressFamily.InterNetworkV6) : null,
            Pools = [.. settings.All("default-address-pool").Select(Pool)],
            DefaultOptions = Options(settings.All("default-network-opt")),
            DirectRouting = settings.Switch("allow-direct-routing", false),
            AcceptedMark = settings.Text("bridge-accept-fwmark") is { Length: > 0 } mark ? Mark(mark) : null,
            Relays = settings.Switch("userland-proxy", true),
            Mtu = Mtu(settings.Number("mtu", 0)),
            DefaultBindAddress = settings.Text("ip") is { Length: > 0 } ip ? Address(ip) : defaults.DefaultBindAddress,
            HostGateways = HostGateways(settings.All("host-gateway-ip")),
            Firewall = settings.Switch("iptables", true),
            ObeysHostFirewall = settings.Text("host-firewall") switch
            {
                null or "" or "obey" => true,
                "ignore" => false,
                { } other => throw QuaiException.Invalid($"invalid host-firewall \"{other}\": it has to be obey or ignore"),
            },
            FirewallIPv6 = settings.Switch("ip6tables", true),
            Masquerade = settings.Switch("ip-masq", true),
            IpForward = settings.Switch("ip-forward", true),
            InterContainer = settings.Switch("icc", true),
            IpForwardInsisted = settings.Has("ip-forward") && settings.Switch("ip-forward", true),
            IpForwardNoDrop = settings.Switch("ip-forward-no-drop", false),
            TableName = NetworkOptions.TableNameOf(dataRoot),
            Owner = dataRoot,
        };
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public static IPAddress Address(string text) => Prefixes.AddressOf(text) ?? throw QuaiException.Invalid($"invalid IP address: {text}");

    /// <summary>Checks what is written into containers' resolv.conf beside servers.</summary>
    /// <param name="domains">Search domains; a dot stands for none.</param>
    /// <param name="options">Options of the resolver.</param>
    /// <exception cref="QuaiException">One is none.</exception>
    public static void CheckResolver(IReadOnlyList<string> domains, IReadOnlyList<string> options)
    {
        foreach (string domain in domains)
        {
            string name = domain.EndsWith('.') ? domain[..^1] : domain;
            if (domain != "." && (domain.Length >= LongestDomain || !name.Split('.').All(IsLabel)))
            {
                throw QuaiException.Invalid($"{domain} is not a valid domain");
            }
        }

        foreach (string option in options)
        {
            if (option.Length == 0 || option.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                throw QuaiException.Invalid($"invalid dns-opt \"{option}\": an option is one word of resolv.conf");
            }
        }

        static bool IsLabel(string label) => label.Length > 0 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && label[0] != '-' && label[^1] != '-';
    }

    private static int Mtu(int mtu) =>
        mtu is 0 or (>= 68 and <= 65535) ? mtu : throw QuaiException.Invalid($"invalid MTU number: {mtu}: a bridge's is from 68 to 65535, and 0 is the kernel's");

    private static IPAddress Gateway(string text, AddressFamily family) =>
        Address(text) is var address && address.AddressFamily == family ? address
            : throw QuaiException.Invalid($"default gateway {text} is no {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address");

    private static IPAddress[] HostGateways(IReadOnlyList<string> given)
    {
        IPAddress[] addresses = [.. given.Where(t => t.Length > 0).Select(Address)];
        return addresses.GroupBy(a => a.AddressFamily).FirstOrDefault(g => g.Count() > 1) is { } family
            ? throw QuaiException.Invalid($"only one {(family.Key == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address is allowed for --host-gateway-ip")
            : addresses;
    }

    private static string Cidr(string text, AddressFamily family)
    {
        int slash = text.IndexOf('/');
        return slash > 0 && Prefixes.AddressOf(text[..slash])?.AddressFamily == family
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits <= (family == AddressFamily.InterNetwork ? 32 : 128)
            ? text
            : throw QuaiException.Invalid($"invalid CIDR address: {text}");
    }

    /// <summary>Reads <c>base=10.10.0.0/16,size=24</c>.</summary>
    private static AddressPoolOption Pool(string text)
    {
        Dictionary<string, string> parts = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=');
            string key = equals > 0 ? part[..equals].ToLowerInvariant() : "";
            if (key is not ("base" or "size"))
            {
                throw QuaiException.Invalid($"invalid default-address-pool \"{text}\": unexpected key '{(equals > 0 ? key : part)}' in '{part}'");
            }

            parts[key] = part[(equals + 1)..];
        }

        string written = parts.GetValueOrDefault("base", "");
        if (Prefixes.AddressOf(written.Split('/')[0]) is null || !IPNetwork.TryParse(written, out IPNetwork pool))
        {
            throw QuaiException.Invalid($"invalid default-address-pool \"{text}\": invalid base pool \"{written}\": it has to be a network's first address and its length, as 10.10.0.0/16");
        }

        int most = pool.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 30 : 126;
        return int.TryParse(parts.GetValueOrDefault("size", ""), NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size >= pool.PrefixLength && size <= most
            ? new AddressPoolOption(pool, size)
            : throw QuaiException.Invalid($"invalid default-address-pool \"{text}\": invalid pools size: {parts.GetValueOrDefault("size", "")}: it has to be from {pool.PrefixLength} to {most}");
    }

    /// <summary>Reads <c>bridge=com.docker.network.driver.mtu=1234</c>.</summary>
    private static Dictionary<string, IReadOnlyDictionary<string, string>> Options(IReadOnlyList<string> given)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> options = [];
        foreach (string text in given)
        {
            string[] parts = text.Split('=', 3);
            if (parts is not [{ Length: > 0 } driver, { Length: > 0 } name, string value])
            {
                throw QuaiException.Invalid($"invalid default-network-opt \"{text}\": it has to be driver=option=value");
            }

            Dictionary<string, string> of = new(options.GetValueOrDefault(driver) ?? new Dictionary<string, string>()) { [name] = value };
            options[driver] = of;
        }

        return options;
    }

    /// <summary>Reads <c>0x1/0x3</c>: a mark, and which of its bits count.</summary>
    private static PacketMark Mark(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length <= 2 && Number(parts[0]) is { } mark && Number(parts.Length > 1 ? parts[1] : "0xffffffff") is { } mask
            ? new PacketMark(mark, mask)
            : throw QuaiException.Invalid($"invalid bridge-accept-fwmark \"{text}\": it has to be a mark, or a mark and a mask as 0x1/0x3");

        static uint? Number(string digits) => digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint hex) ? hex : null
            : uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;
    }
}

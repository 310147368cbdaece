using Quai.Api.Networks;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Containers.Create;

/// <summary>One <c>--network</c>: a name, or the long form <c>name=…,alias=…,ip=…</c>.</summary>
/// <param name="name">The network.</param>
internal sealed class NetworkSpec(string name)
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    /// <summary>The network.</summary>
    public string Name { get; private set; } = name;

    /// <summary>Aliases of the container on it.</summary>
    public List<string> Aliases { get; } = [];

    /// <summary>Link-local addresses.</summary>
    public List<string> LinkLocal { get; } = [];

    /// <summary>The requested IPv4 address.</summary>
    public string Ip { get; set; } = "";

    /// <summary>The requested IPv6 address.</summary>
    public string Ip6 { get; set; } = "";

    /// <summary>The requested MAC address.</summary>
    public string Mac { get; set; } = "";

    /// <summary>Parses one.</summary>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static NetworkSpec Parse(string text)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
        {
            return new NetworkSpec(text);
        }

        var network = new NetworkSpec("");
        foreach (string field in text.Split(','))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string key = (equals < 0 ? field : field[..equals]).Trim().ToLowerInvariant();
            string value = equals < 0 ? throw new ExitException(125, $"invalid field {field}") : field[(equals + 1)..].Trim();
            switch (key)
            {
                case "name": network.Name = value; break;
                case "alias": network.Aliases.Add(value); break;
                case "ip": network.Ip = value; break;
                case "ip6": network.Ip6 = value; break;
                case "mac-address": network.Mac = value; break;
                case "link-local-ip": network.LinkLocal.Add(value); break;
                case "driver-opt":
                    int cut = value.IndexOf('=', StringComparison.Ordinal);
                    network._options[cut < 0 ? value : value[..cut]] = cut < 0 ? "" : value[(cut + 1)..];
                    break;
                default: throw new ExitException(125, $"invalid field key {key}");
            }
        }

        return network.Name.Length > 0 ? network : throw new ExitException(125, "network name/id is not specified");
    }

    /// <summary>The endpoint for the API.</summary>
    public EndpointSettings ToEndpoint() => new()
    {
        IPAMConfig = Ip.Length == 0 && Ip6.Length == 0 && LinkLocal.Count == 0 ? null : new EndpointIPAMConfig
        {
            IPv4Address = Ip.Length > 0 ? Ip : null, IPv6Address = Ip6.Length > 0 ? Ip6 : null, LinkLocalIPs = LinkLocal.Count > 0 ? LinkLocal : null,
        },
        Aliases = Aliases.Count > 0 ? Aliases : null,
        MacAddress = Mac,
        DriverOpts = _options.Count > 0 ? _options : null,
    };
}

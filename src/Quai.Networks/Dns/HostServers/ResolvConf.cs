using System.Net;

namespace Quai.Networks.Dns.HostServers;

/// <summary>What a resolv.conf says that matters for asking other servers.</summary>
/// <param name="Servers">The servers in their order; those on the loopback and link-local ones with their interface among them. What is no address is passed over.</param>
/// <param name="HasNdots">Whether it has a usable option <c>ndots</c>.</param>
public sealed record ResolvConf(IReadOnlyList<IPAddress> Servers, bool HasNdots)
{
    /// <summary>One that says nothing.</summary>
    public static ResolvConf Empty { get; } = new([], false);

    /// <summary>Reads the text of one.</summary>
    public static ResolvConf Parse(string text)
    {
        List<IPAddress> servers = [];
        bool ndots = false;
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", string address, ..])
            {
                if (IsAddress(address) && IPAddress.TryParse(address, out IPAddress? server))
                {
                    servers.Add(server);
                }
            }
            else if (words is ["options", ..])
            {
                ndots |= HasNdotsAmong(words[1..]);
            }
        }

        return new ResolvConf(servers, ndots);
    }

    /// <summary>Whether options, as they are given to a container or in a resolv.conf, have a usable <c>ndots</c>.</summary>
    public static bool HasNdotsAmong(IEnumerable<string> options) => options.Any(o =>
        o.StartsWith("ndots:", StringComparison.Ordinal) && uint.TryParse(o.AsSpan("ndots:".Length), System.Globalization.NumberStyles.None, null, out _));

    /// <summary>Whether it is an address as people write them; a lone number is one only to inet_aton.</summary>
    private static bool IsAddress(string text) => text.Contains(':', StringComparison.Ordinal) ? text[0] != '[' : text.AsSpan().Count('.') == 3;
}

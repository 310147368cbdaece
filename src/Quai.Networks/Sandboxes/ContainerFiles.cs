using System.Net;
using System.Net.Sockets;
using System.Text;
using Quai.Errors;

namespace Quai.Networks.Sandboxes;

/// <summary>The text of the files through which a container knows the network, as Docker writes them.</summary>
public static class ContainerFiles
{
    private const string StubResolver = "127.0.0.53";
    private static readonly string[] Fallback = ["8.8.8.8", "8.8.4.4"];

    /// <summary>The text of <c>/etc/hosts</c>.</summary>
    /// <param name="hostname">The container's name for itself.</param>
    /// <param name="domainname">Its domain, or null.</param>
    /// <param name="addresses">Its own addresses.</param>
    /// <param name="extraHosts"><c>name:address</c> or <c>name=address</c>; the address <c>host-gateway</c> is <paramref name="hostGateways"/>.</param>
    /// <param name="hostGateways">By which the host is reached.</param>
    /// <param name="others">Lines about others, without their ends.</param>
    public static string Hosts(string hostname, string? domainname, IEnumerable<IPAddress> addresses, IReadOnlyList<string> extraHosts, IReadOnlyList<IPAddress> hostGateways, params IEnumerable<string> others)
    {
        var text = new StringBuilder(256);
        text.Append("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n");
        foreach (string extra in extraHosts)
        {
            int separator = extra.AsSpan().IndexOfAny(':', '=');
            string address = separator > 0 ? extra[(separator + 1)..] : "";
            if (address.Length > 1 && address[0] == '[' && address[^1] == ']')
            {
                address = address[1..^1];
            }

            if (address == "host-gateway")
            {
                if (hostGateways.Count == 0)
                {
                    throw QuaiException.System("unable to derive the IP value for host-gateway");
                }

                foreach (IPAddress gateway in hostGateways)
                {
                    text.Append(gateway).Append('\t').Append(extra, 0, separator).Append('\n');
                }

                continue;
            }

            if (!IPAddress.TryParse(address, out _))
            {
                throw QuaiException.Invalid($"invalid IP address in add-host: \"{address}\"");
            }

            text.Append(address).Append('\t').Append(extra, 0, separator).Append('\n');
        }

        foreach (string line in others)
        {
            text.Append(line).Append('\n');
        }

        return text.Append(HostLines(hostname, domainname, addresses)).ToString();
    }

    /// <summary>The lines of <c>/etc/hosts</c> by which a container knows its own name.</summary>
    /// <param name="hostname">The container's name for itself.</param>
    /// <param name="domainname">Its domain, or null.</param>
    /// <param name="addresses">Its own addresses.</param>
    public static string HostLines(string hostname, string? domainname, IEnumerable<IPAddress> addresses)
    {
        string names = string.IsNullOrEmpty(domainname) ? hostname : $"{hostname}.{domainname} {hostname}";
        return string.Concat(addresses.Select(a => $"{a}\t{names}\n"));
    }

    /// <summary>The text of <c>/etc/resolv.conf</c>.</summary>
    /// <param name="host">The host's own.</param>
    /// <param name="servers">Name servers in place of the host's, if any.</param>
    /// <param name="search">Search domains in place of the host's, if any; a single <c>.</c> for none at all.</param>
    /// <param name="options">Options in place of the host's, if any.</param>
    /// <param name="hostNetwork">Whether the container is in the host's namespace, where loopback and IPv6 servers can be reached.</param>
    /// <param name="ownServer">Whether it has a DNS server of its own, which asks those servers.</param>
    public static string ResolvConf(string host, IReadOnlyList<string> servers, IReadOnlyList<string> search, IReadOnlyList<string> options, bool hostNetwork, bool ownServer = false)
    {
        List<string> hostServers = [], hostSearch = [], hostOptions = [], other = [];
        foreach (string line in host.Split('\n'))
        {
            string[] words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0][0] is '#' or ';')
            {
                continue;
            }

            switch (words[0])
            {
                case "nameserver":
                    hostServers.Add(words[1]);
                    break;
                case "search" or "domain":
                    hostSearch = [.. words[1..]];
                    break;
                case "options":
                    hostOptions.AddRange(words[1..]);
                    break;
                default:
                    other.Add(string.Join(' ', words));
                    break;
            }
        }

        if (ownServer)
        {
            hostServers = [Dns.Forwarding.UpstreamServer.ServerAddress.ToString()];
        }
        else if (servers.Count > 0)
        {
            hostServers = [.. servers];
        }
        else if (!hostNetwork)
        {
            hostServers.RemoveAll(s => !IPAddress.TryParse(s, out IPAddress? address) || IPAddress.IsLoopback(address) || address.AddressFamily != AddressFamily.InterNetwork);
            if (hostServers.Count == 0)
            {
                hostServers.AddRange(Fallback);
            }
        }

        hostSearch = search.Count > 0 ? [.. search.Where(s => s != ".")] : hostSearch;
        hostOptions = options.Count > 0 ? [.. options] : hostOptions;
        if (ownServer && !Dns.HostServers.ResolvConf.HasNdotsAmong(hostOptions))
        {
            // Names of networks have dots as it pleases their makers; the server itself is asked first.
            hostOptions.Add("ndots:0");
        }

        var text = new StringBuilder(128);
        foreach (string server in hostServers)
        {
            text.Append("nameserver ").Append(server).Append('\n');
        }

        Line(text, "search", hostSearch);
        Line(text, "options", hostOptions);
        foreach (string line in other)
        {
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads the host's resolv.conf: that of systemd-resolved behind its stub, where the stub is all that the usual file names.</summary>
    public static string HostResolvConf(bool hostNetwork, string path = "/etc/resolv.conf", string behindStub = "/run/systemd/resolve/resolv.conf")
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        if (hostNetwork)
        {
            return text;
        }

        string[] servers = [.. text.Split('\n').Where(l => l.StartsWith("nameserver", StringComparison.Ordinal)).Select(l => l["nameserver".Length..].Trim())];
        return servers is [StubResolver] && File.Exists(behindStub) ? File.ReadAllText(behindStub) : text;
    }

    private static void Line(StringBuilder text, string keyword, List<string> words)
    {
        if (words.Count > 0)
        {
            text.Append(keyword).Append(' ').AppendJoin(' ', words).Append('\n');
        }
    }
}

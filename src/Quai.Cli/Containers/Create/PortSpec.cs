using Quai.Api.Containers;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Containers.Create;

/// <summary>Parses <c>-p</c> and <c>--expose</c>.</summary>
internal static class PortSpec
{
    /// <summary>Parses one <c>-p [ip:][host:]container[/protocol]</c>, ranges too, or the long form with commas.</summary>
    /// <returns>The container's ports with their protocol, as <c>80/tcp</c>, each with what the host listens on.</returns>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static List<(string Port, PortBinding Binding)> Parse(string text)
    {
        string spec = text.Contains('=', StringComparison.Ordinal) ? FromLongForm(text) : text;
        int slash = spec.IndexOf('/', StringComparison.Ordinal);
        string protocol = slash < 0 ? "tcp" : spec[(slash + 1)..].ToLowerInvariant();
        (string ip, string host, string container) = Split(slash < 0 ? spec : spec[..slash]);
        protocol = protocol.Length == 0 ? "tcp" : protocol;
        if (ip.Length > 0)
        {
            ip = ip.Trim('[', ']');
            if (!Validation.IsAddress(ip))
            {
                throw Error($"invalid IP address: {ip}");
            }
        }

        if (container.Length == 0)
        {
            throw Error($"no port specified: {spec}<empty>");
        }

        (int from, int to) = Range(container, "invalid containerPort: " + container);
        if (protocol is not ("tcp" or "udp" or "sctp"))
        {
            throw Error($"invalid proto: {protocol}");
        }

        (int hostFrom, int hostTo) = host.Length == 0 ? (0, 0) : Range(host, "invalid hostPort: " + host);
        bool ranges = host.Length > 0 && hostTo - hostFrom != to - from;
        if (ranges && from != to)
        {
            throw Error($"invalid ranges specified for container and host Ports: {container} and {host}");
        }

        var bindings = new List<(string, PortBinding)>();
        for (int port = from; port <= to; port++)
        {
            string onHost = host.Length == 0 ? "" : ranges ? $"{hostFrom}-{hostTo}" : (hostFrom + port - from).ToString();
            bindings.Add(($"{port}/{protocol}", new PortBinding { HostIp = ip, HostPort = onHost }));
        }

        return bindings;
    }

    /// <summary>Parses one <c>--expose port[-port][/protocol]</c>.</summary>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static IEnumerable<string> ParseExposed(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            throw Error($"invalid port format for --expose: {text}");
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..];
        string ports = slash < 0 ? text : text[..slash];
        (int from, int to) = Range(ports, $"invalid range format for --expose: {text}");
        return Enumerable.Range(from, to - from + 1).Select(p => $"{p}/{protocol}");
    }

    private static (string Ip, string Host, string Container) Split(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length switch
        {
            1 => ("", "", parts[0]),
            2 => ("", parts[0], parts[1]),
            3 => (parts[0], parts[1], parts[2]),
            _ => (string.Join(':', parts[..^2]), parts[^2], parts[^1]),
        };
    }

    private static (int From, int To) Range(string text, string error)
    {
        string[] ends = text.Split('-');
        if (ends.Length <= 2 && ushort.TryParse(ends[0], out ushort from) && ushort.TryParse(ends[^1], out ushort to) && from <= to)
        {
            return (from, to);
        }

        throw Error(error);
    }

    private static string FromLongForm(string text)
    {
        string target = "", published = "", protocol = "tcp";
        foreach (string field in text.Split(','))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? "" : field[..equals];
            string value = field[(equals + 1)..];
            switch (key)
            {
                case "target": target = value; break;
                case "published": published = value; break;
                case "protocol": protocol = value; break;
                case "mode": break;
                default: throw Error($"invalid field {field}");
            }
        }

        return (published.Length == 0 ? target : $"{published}:{target}") + "/" + protocol;
    }

    private static ExitException Error(string message) => new(125, message);
}

using System.Globalization;
using System.Net;
using Quai.Compose.Yaml;

namespace Quai.Compose.Forms;

/// <summary>Ports as <c>IP:HOST:CONTAINER/PROTOCOL</c>.</summary>
internal static class PortForm
{
    /// <summary>The long forms, one for each port of the container; null where the short one is malformed.</summary>
    public static List<ComposeMapping>? Parse(string text, out string? error, ComposePlace? place = null)
    {
        int slash = text.LastIndexOf('/');
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        string ports = slash < 0 ? text : text[..slash];
        string[] parts = ports.Split(':');
        string container = parts[^1], host = parts.Length > 1 ? parts[^2] : "", ip = parts.Length > 2 ? string.Join(':', parts[..^2]) : "";
        bool isBracketed = ip.StartsWith('[') && ip.EndsWith(']');
        if (isBracketed)
        {
            ip = ip[1..^1];
        }

        error = null;
        if (ip.Length > 0 && !(IPAddress.TryParse(ip, out _) && (isBracketed || ip.Count(c => c == '.') == 3)))
        {
            error = $"invalid IP address: {ip}";
        }
        else if (container.Length == 0)
        {
            error = $"no port specified: {text}<empty>";
        }
        else if (protocol is not ("tcp" or "udp" or "sctp"))
        {
            error = $"invalid proto: {protocol}";
        }

        if (error is not null)
        {
            return null;
        }

        if (Range(container) is not { } inner)
        {
            error = $"invalid containerPort: {container}";
            return null;
        }

        (int First, int Last) outer = (0, 0);
        if (host.Length > 0)
        {
            if (Range(host) is not { } given)
            {
                error = $"invalid hostPort: {host}";
                return null;
            }

            outer = given;
            if (outer.Last - outer.First != inner.Last - inner.First && inner.First != inner.Last)
            {
                error = $"invalid ranges specified for container and host Ports: {container} and {host}";
                return null;
            }
        }

        IEnumerable<ComposeMapping> all = Enumerable.Range(inner.First, inner.Last - inner.First + 1)
            .OrderBy(port => port.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal)
            .Select(port => Build(ip, port, Published(host, outer, inner, port), protocol, place));
        return [.. all];
    }

    private static string Published(string host, (int First, int Last) outer, (int First, int Last) inner, int port) => host.Length == 0 ? ""
        : inner.First == inner.Last ? (outer.First == outer.Last ? Number(outer.First) : $"{Number(outer.First)}-{Number(outer.Last)}")
        : Number(outer.First + port - inner.First);

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static ComposeMapping Build(string ip, int target, string published, string protocol, ComposePlace? place)
    {
        ComposeMapping port = new(("mode", ComposeScalar.Of("ingress", place))) { Place = place };
        port["host_ip"] = ip.Length > 0 ? ComposeScalar.Of(ip, place) : null;
        port["target"] = ComposeScalar.Of(target, place);
        port["published"] = published.Length > 0 ? ComposeScalar.Of(published, place) : null;
        port["protocol"] = ComposeScalar.Of(protocol, place);
        return port;
    }

    private static (int First, int Last)? Range(string text)
    {
        string[] parts = text.Split('-', 2);
        return Port(parts[0]) is { } first && Port(parts[^1]) is { } last && first <= last ? (first, last) : null;
    }

    private static int? Port(string text) =>
        text.Length > 0 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535 ? port : null;
}

using System.Globalization;
using System.Net;
using Quai.Api.Containers;
using Quai.Errors;
using Quai.Networks.Ports;

namespace Quai.Engine.Containers.Requests;

/// <summary>Ports as configs write them: <c>80</c>, <c>80/tcp</c>, <c>8000-8010</c>.</summary>
internal static class PortSpecs
{
    /// <summary>Adds the protocol where it is missing.</summary>
    public static string Normalize(string port)
    {
        (ushort start, ushort end, string protocol) = ParseContainerPort(port);
        return start == end ? $"{start}/{protocol}" : $"{start}-{end}/{protocol}";
    }

    /// <summary>Reads <c>port[-end][/protocol]</c>.</summary>
    public static (ushort Start, ushort End, string Protocol) ParseContainerPort(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        string range = slash < 0 ? text : text[..slash];
        if (protocol is not ("tcp" or "udp" or "sctp"))
        {
            throw QuaiException.Invalid($"invalid port specification: \"{text}\"");
        }

        (ushort start, ushort end) = ParseRange(range) ?? throw QuaiException.Invalid($"invalid port specification: \"{text}\"");
        return (start, end, protocol);
    }

    /// <summary>What is asked to be published: the bindings, and with <c>-P</c> every exposed port that has none.</summary>
    public static List<PortRequest> Requests(ContainerConfig config, HostConfig host)
    {
        List<PortRequest> requests = [];
        var bound = new HashSet<(ushort, string)>();
        foreach ((string port, List<PortBinding>? bindings) in host.PortBindings ?? [])
        {
            (ushort start, ushort end, string protocol) = ParseContainerPort(port);
            foreach (PortBinding binding in bindings is null or { Count: 0 } ? [new PortBinding()] : bindings)
            {
                for (int container = start; container <= end; container++)
                {
                    requests.Add(Request((ushort)container, protocol, binding));
                    bound.Add(((ushort)container, protocol));
                }
            }
        }

        if (host.PublishAllPorts)
        {
            foreach (string exposed in config.ExposedPorts?.Keys ?? Enumerable.Empty<string>())
            {
                (ushort start, ushort end, string protocol) = ParseContainerPort(exposed);
                for (int container = start; container <= end; container++)
                {
                    if (bound.Add(((ushort)container, protocol)))
                    {
                        requests.Add(new PortRequest((ushort)container, protocol, IPAddress.Any, 0, 0));
                    }
                }
            }
        }

        return requests;
    }

    private static PortRequest Request(ushort container, string protocol, PortBinding binding)
    {
        IPAddress address = IPAddress.Any;
        if (binding.HostIp.Length > 0 && !IPAddress.TryParse(binding.HostIp, out address!))
        {
            throw QuaiException.Invalid($"invalid IP address: {binding.HostIp}");
        }

        (ushort start, ushort end) = binding.HostPort.Length == 0 ? ((ushort)0, (ushort)0)
            : ParseRange(binding.HostPort) ?? throw QuaiException.Invalid($"invalid port specification: \"{binding.HostPort}\"");
        return new PortRequest(container, protocol, address, start, end);
    }

    private static (ushort Start, ushort End)? ParseRange(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return ushort.TryParse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out ushort start)
            && ushort.TryParse(dash < 0 ? text : text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort end) && start <= end
            ? (start, end)
            : null;
    }
}

using System.Net;
using Quai.Errors;
using Quai.Networks.Ipam;

namespace Quai.Engine.Containers.Spec.Networking;

/// <summary>Where on the host ports are published.</summary>
/// <param name="Address">The host's address as written in the request; empty for any.</param>
/// <param name="Written">The host's ports as written in the request; empty for a free one.</param>
/// <param name="Start">The first port; 0 for a free one.</param>
/// <param name="End">The last.</param>
public sealed record HostPorts(string Address, string Written, ushort Start, ushort End)
{
    /// <summary>Any address, a free port.</summary>
    public static HostPorts Any { get; } = new("", "", 0, 0);

    /// <summary>The address that is listened on; null for the network's usual one.</summary>
    public IPAddress? Listen() => Address.Length == 0 ? null : IPAddress.Parse(Address);

    /// <summary>Parses a host address and ports.</summary>
    /// <exception cref="QuaiException">The address or the ports are invalid.</exception>
    public static HostPorts Parse(string address, string ports)
    {
        if (address.Length > 0 && Prefixes.AddressOf(address) is null)
        {
            throw QuaiException.Invalid($"invalid IP address: {address}");
        }

        (ushort start, ushort end) = ports.Length == 0 ? ((ushort)0, (ushort)0)
            : PortRange.TryRange(ports) ?? throw QuaiException.Invalid($"invalid port specification: \"{ports}\"");
        return new HostPorts(address, ports, start, end);
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Quai.Networks.Ports;

/// <summary>
/// Relays what is sent to published ports where the kernel does not translate: what other hosts send by IPv6 to containers that have IPv4 alone (what the host itself sends
/// goes another way, <see cref="Loopback.LoopbackRedirect"/>), and everything where no rules may be written. The daemon does it, for such clients only; they wait while it is away.
/// Safe for concurrent use.
/// </summary>
/// <param name="ports">Where the sockets are.</param>
/// <param name="ipv4">Whether the kernel translates IPv4.</param>
/// <param name="ipv6">Whether it translates IPv6.</param>
/// <param name="logger">For what cannot be relayed.</param>
internal sealed partial class PortRelays(PortReservations ports, bool ipv4, bool ipv6, ILogger logger) : IDisposable
{
    private const int SOL_SOCKET = 1, SO_REUSEADDR = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<IDisposable>> _running = [];

    /// <summary>Relays an endpoint's ports, where that is needed.</summary>
    public void Add(Endpoint endpoint)
    {
        lock (_lock)
        {
            if (_running.ContainsKey(endpoint.Id))
            {
                return;
            }

            List<IDisposable> relays = [];
            foreach (PublishedPort port in endpoint.Ports.Where(p => p.HostPort != 0 && p.Protocol != "sctp"))
            {
                if (TargetOf(endpoint, port) is not { } target)
                {
                    continue;
                }

                // One that another program took while the daemon was away is not held.
                if (ports.Share(port) is not { } socket)
                {
                    continue;
                }

                try
                {
                    relays.Add(Start(port, socket, new IPEndPoint(target, port.ContainerPort)));
                }
                catch (SocketException e)
                {
                    socket.Dispose();
                    LogNotRelayed(logger, port.HostAddress, port.HostPort, port.Protocol, e.Message);
                }
            }

            if (relays.Count > 0)
            {
                _running.Add(endpoint.Id, relays);
            }
        }
    }

    /// <summary>Relays other ports of an endpoint; the connections of those that stay are interrupted, too.</summary>
    public void Change(Endpoint endpoint)
    {
        Remove(endpoint.Id);
        Add(endpoint);
    }

    /// <summary>Ends the relays of an endpoint, and their connections.</summary>
    public void Remove(string endpointId)
    {
        lock (_lock)
        {
            if (_running.Remove(endpointId, out List<IDisposable>? relays))
            {
                relays.ForEach(r => r.Dispose());
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (IDisposable relay in _running.Values.SelectMany(r => r))
            {
                relay.Dispose();
            }

            _running.Clear();
        }
    }

    /// <summary>Where a port is to be relayed to; null where the kernel takes care of it.</summary>
    private IPAddress? TargetOf(Endpoint endpoint, PublishedPort port) =>
        port.HostAddress.AddressFamily == AddressFamily.InterNetwork ? ipv4 ? null : endpoint.IPv4?.Address
        : endpoint.IPv6 is { } own ? ipv6 ? null : own.Address
        : endpoint.IPv4?.Address;

    private static IDisposable Start(PublishedPort port, Socket socket, IPEndPoint target)
    {
        if (port.Protocol == "udp")
        {
            return new DatagramRelay(socket, target);
        }

        // Connections of the past that are not quite over are in nobody's way (TIME_WAIT); while it listens nobody shares the port all the same.
        socket.SetRawSocketOption(SOL_SOCKET, SO_REUSEADDR, BitConverter.GetBytes(1));
        socket.Listen();
        return new StreamRelay(socket, target);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "[{Address}]:{Port}/{Protocol} is not relayed to its container: {Reason}")]
    private static partial void LogNotRelayed(ILogger logger, IPAddress address, ushort port, string protocol, string reason);
}

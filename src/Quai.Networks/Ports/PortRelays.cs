using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Quai.Networks.Ports;

/// <summary>
/// Relays what other hosts send by IPv6 to published ports of containers that have IPv4 alone: the kernel translates no family into the other. What the host itself sends
/// goes another way (<see cref="Loopback.LoopbackRedirect"/>). The daemon does it, for such clients only; they wait while it is away. Safe for concurrent use.
/// </summary>
internal sealed partial class PortRelays(PortReservations ports, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<IDisposable>> _running = [];

    /// <summary>Relays an endpoint's ports, where that is needed.</summary>
    public void Add(Endpoint endpoint)
    {
        if (endpoint is not { IPv6: null, IPv4.Address: { } target })
        {
            return;
        }

        lock (_lock)
        {
            if (_running.ContainsKey(endpoint.Id))
            {
                return;
            }

            List<IDisposable> relays = [];
            foreach (PublishedPort port in endpoint.Ports.Where(p => p.HostPort != 0 && p.HostAddress.AddressFamily == AddressFamily.InterNetworkV6))
            {
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

    private static IDisposable Start(PublishedPort port, Socket socket, IPEndPoint target)
    {
        if (port.Protocol == "udp")
        {
            return new DatagramRelay(socket, target);
        }

        socket.Listen();
        return new StreamRelay(socket, target);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "[{Address}]:{Port}/{Protocol} is not relayed to its container: {Reason}")]
    private static partial void LogNotRelayed(ILogger logger, IPAddress address, ushort port, string protocol, string reason);
}

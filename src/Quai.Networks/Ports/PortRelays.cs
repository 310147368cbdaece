using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Quai.Networks.Ports;

/// <summary>
/// Relays what is sent to published ports where the kernel does not translate: what other hosts send by IPv6 to containers that have IPv4 alone (what the host itself sends
/// goes another way, <see cref="Loopback.LoopbackRedirect"/>), and everything where no rules may be written, or where the ports are in another network namespace (<see cref="IHostSockets"/>). The daemon does it, for such clients only; they wait while it is away.
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
    private readonly Dictionary<string, List<(PublishedPort Port, IPortRelay Relay)>> _running = [];

    /// <summary>Relays an endpoint's ports, where that is needed.</summary>
    public void Add(Endpoint endpoint)
    {
        lock (_lock)
        {
            if (!_running.ContainsKey(endpoint.Id))
            {
                Start(endpoint, []);
            }
        }
    }

    /// <summary>Relays other ports of an endpoint; the connections of those that stay are interrupted, too.</summary>
    public void Change(Endpoint endpoint)
    {
        Remove(endpoint.Id);
        Add(endpoint);
    }

    /// <summary>Has ports that one endpoint had lead to another: connections that there are stay with the first.</summary>
    /// <param name="from">The endpoint without them.</param>
    /// <param name="to">The endpoint with them.</param>
    public void Move(Endpoint from, Endpoint to)
    {
        lock (_lock)
        {
            List<(PublishedPort Port, IPortRelay Relay)> stay = [], moved = [];
            foreach ((PublishedPort port, IPortRelay relay) in _running.GetValueOrDefault(from.Id) ?? [])
            {
                PublishedPort? taken = to.Ports.FirstOrDefault(p => p.HostPort == port.HostPort && p.Protocol == port.Protocol && p.HostAddress.Equals(port.HostAddress));
                if (taken is not null && TargetOf(to, taken) is { } target)
                {
                    relay.Lead(new IPEndPoint(target, taken.ContainerPort));
                    moved.Add((taken, relay));
                }
                else if (from.Ports.Contains(port))
                {
                    stay.Add((port, relay));
                }
                else
                {
                    relay.Dispose();
                }
            }

            _running.Remove(from.Id);
            if (stay.Count > 0)
            {
                _running[from.Id] = stay;
            }

            Start(to, moved);
        }
    }

    /// <summary>Ends the relays of an endpoint, and their connections.</summary>
    public void Remove(string endpointId)
    {
        lock (_lock)
        {
            if (_running.Remove(endpointId, out List<(PublishedPort Port, IPortRelay Relay)>? relays))
            {
                relays.ForEach(r => r.Relay.Dispose());
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach ((_, IPortRelay relay) in _running.Values.SelectMany(r => r))
            {
                relay.Dispose();
            }

            _running.Clear();
        }
    }

    /// <summary>Relays an endpoint's ports, where that is needed and not done yet.</summary>
    private void Start(Endpoint endpoint, List<(PublishedPort Port, IPortRelay Relay)> relays)
    {
        foreach (PublishedPort port in endpoint.Ports.Where(p => p.HostPort != 0 && p.Protocol != "sctp" && !relays.Exists(r => r.Port == p)))
        {
            // One that another program took while the daemon was away is not held.
            if (TargetOf(endpoint, port) is not { } target || ports.Share(port) is not { } socket)
            {
                continue;
            }

            try
            {
                relays.Add((port, Start(port, socket, new IPEndPoint(target, port.ContainerPort))));
            }
            catch (SocketException e)
            {
                socket.Dispose();
                LogNotRelayed(logger, port.HostAddress, port.HostPort, port.Protocol, e.Message);
            }
        }

        if (relays.Count > 0)
        {
            _running[endpoint.Id] = relays;
        }
    }

    /// <summary>Where a port is to be relayed to; null where the kernel takes care of it.</summary>
    private IPAddress? TargetOf(Endpoint endpoint, PublishedPort port) =>
        port.HostAddress.AddressFamily == AddressFamily.InterNetwork ? ipv4 ? null : endpoint.IPv4?.Address
        : endpoint.IPv6 is { } own ? ipv6 ? null : own.Address
        : endpoint.IPv4?.Address;

    private static IPortRelay Start(PublishedPort port, Socket socket, IPEndPoint target)
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

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Sockets;

namespace Quai.Networks.Ports;

/// <summary>
/// Host ports held for containers. Each is a socket bound and never listened on: the kernel then refuses the port to everybody else,
/// and tells us who was there first, other programs included. Safe for concurrent use.
/// </summary>
internal sealed class PortReservations
{
    private const int EPROTONOSUPPORT = 93, ESOCKTNOSUPPORT = 94;
    private const string LowPorts = " (an ordinary user may not have it; net.ipv4.ip_unprivileged_port_start says from where on they may)";

    private static readonly Lazy<bool> s_hostHasIPv6 = new(HostHasIPv6);

    private readonly Lock _lock = new();
    private readonly Dictionary<PublishedPort, (int Socket, string Owner)> _held = [];
    private readonly (int First, int Last) _ephemeral;
    private readonly IHostSockets? _host;
    private int _nextEphemeral;

    /// <param name="ephemeral">From where ports are taken when none is asked for.</param>
    /// <param name="host">Who binds the host's ports, if it is not the daemon itself.</param>
    public PortReservations((int First, int Last) ephemeral, IHostSockets? host = null)
    {
        _host = host;
        _ephemeral = ephemeral;
        _nextEphemeral = ephemeral.First;
    }

    /// <summary>The kernel's range for automatic ports (<c>net.ipv4.ip_local_port_range</c>).</summary>
    public static (int First, int Last) KernelRange()
    {
        try
        {
            string[] parts = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[])['\t', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or FormatException or IndexOutOfRangeException or UnauthorizedAccessException)
        {
            return (32768, 60999);
        }
    }

    /// <summary>The number of a protocol as IP has it.</summary>
    /// <exception cref="QuaiException">Not one that has ports.</exception>
    public static byte ProtocolNumber(string protocol) => protocol switch
    {
        "tcp" => 6,
        "udp" => 17,
        "sctp" => 132,
        _ => throw QuaiException.Invalid($"invalid protocol: {protocol}"),
    };

    /// <summary>Reserves all the ports of an endpoint, or none.</summary>
    /// <param name="requests">What is asked for.</param>
    /// <param name="target">Where they lead to.</param>
    /// <param name="owner">The container's id, which others are told of who want the same.</param>
    /// <exception cref="PortUnavailableException">One cannot be had.</exception>
    public PublishedPort[] Reserve(IReadOnlyList<PortRequest> requests, PortTarget target, string owner)
    {
        if (requests.Count == 0)
        {
            return [];
        }

        List<PublishedPort> ports = new(requests.Count * 2);
        lock (_lock)
        {
            try
            {
                foreach ((PortRequest request, List<IPAddress> addresses) in Together(requests, target))
                {
                    if (_host is not null && request.Protocol == "sctp")
                    {
                        throw QuaiException.Invalid($"port {request.ContainerPort}/sctp cannot be published without root: SCTP is not relayed");
                    }

                    ports.AddRange(addresses.Where(a => !target.Translates(a)).Select(a => new PublishedPort(request.ContainerPort, request.Protocol, Any(a), 0)));
                    IPAddress[] translated = [.. addresses.Where(target.Translates)];
                    if (translated.Length > 0)
                    {
                        ports.AddRange(Reserve(request, translated, target, owner));
                    }
                }

                return [.. ports];
            }
            catch
            {
                Release([.. ports]);
                throw;
            }
        }
    }

    /// <summary>Reserves ports for a container that takes the place of another: those that the other holds change hands, the rest of the other's are free.</summary>
    /// <param name="theirs">What the other has.</param>
    /// <param name="requests">What is asked for.</param>
    /// <param name="target">Where they lead to.</param>
    /// <param name="owner">The container's id.</param>
    /// <exception cref="PortUnavailableException">One cannot be had; nothing has changed.</exception>
    public PortHandover Take(IReadOnlyList<PublishedPort> theirs, IReadOnlyList<PortRequest> requests, PortTarget target, string owner)
    {
        lock (_lock)
        {
            string former = theirs.Select(p => _held.TryGetValue(p, out (int, string Owner) held) ? held.Owner : null).FirstOrDefault(o => o is not null) ?? owner;
            List<PublishedPort> left = [.. theirs];
            List<(PublishedPort Before, PublishedPort After)> taken = [];
            List<PortRequest> others = [];
            foreach ((PortRequest request, List<IPAddress> addresses) in Together(requests, target))
            {
                int? number = left.Find(p => IsAskedFor(p, request, addresses[0]))?.HostPort;
                List<PublishedPort> same = [.. addresses.Select(a => left.Find(p => p.HostPort == number && IsAskedFor(p, request, a))).OfType<PublishedPort>()];
                if (same.Count < addresses.Count || !addresses.TrueForAll(target.Translates))
                {
                    others.AddRange(request.HostPort != 0 ? [request] : addresses.Select(a => request with { HostAddress = a }));
                    continue;
                }

                left.RemoveAll(same.Contains);
                taken.AddRange(same.Select(p => (p, p with { ContainerPort = request.ContainerPort })));
            }

            Release([.. left]);
            PublishedPort[] added;
            try
            {
                added = Reserve(others, target, owner);
            }
            catch
            {
                left.ForEach(p => TryRestore(p, former));
                throw;
            }

            taken.ForEach(t => Pass(t.Before, t.After, owner));
            return new PortHandover([.. taken.Select(t => t.After), .. added], taken, left);
        }
    }

    /// <summary>Undoes what <see cref="Take"/> did.</summary>
    public void Undo(PortHandover handover, string formerOwner)
    {
        lock (_lock)
        {
            Release([.. handover.Ports.Except(handover.Taken.Select(t => t.After))]);
            foreach ((PublishedPort before, PublishedPort after) in handover.Taken)
            {
                Pass(after, before, formerOwner);
            }

            foreach (PublishedPort port in handover.Left)
            {
                TryRestore(port, formerOwner);
            }
        }
    }

    private static bool IsAskedFor(PublishedPort port, PortRequest request, IPAddress address) =>
        port.HostPort != 0 && port.Protocol == request.Protocol && port.HostAddress.Equals(address)
        && (request.HostPort == 0 ? port.ContainerPort == request.ContainerPort : request.HostPort <= port.HostPort && port.HostPort <= Math.Max(request.HostPort, request.HostPortEnd));

    private void Pass(PublishedPort from, PublishedPort to, string owner)
    {
        if (_held.Remove(from, out (int Socket, string Owner) held))
        {
            _held[to] = (held.Socket, owner);
        }
    }

    /// <summary>Takes a port again that was recorded as held. False: somebody else has it now.</summary>
    public bool TryRestore(PublishedPort port, string owner)
    {
        lock (_lock)
        {
            return port.HostPort == 0 || _held.ContainsKey(port) || TryBind(port, owner) == 0;
        }
    }

    /// <summary>Another descriptor of a port's socket, for who receives there; null where the port is not held by a socket.</summary>
    public Socket? Share(PublishedPort port)
    {
        lock (_lock)
        {
            return _held.TryGetValue(port, out (int Socket, string) held) && held.Socket >= 0 && InetSockets.TryDuplicate(held.Socket) is var copy and >= 0 ? new Socket(new SafeSocketHandle(copy, ownsHandle: true)) : null;
        }
    }

    /// <summary>Gives ports back.</summary>
    public void Release(ReadOnlySpan<PublishedPort> ports)
    {
        lock (_lock)
        {
            foreach (PublishedPort port in ports)
            {
                if (_held.Remove(port, out (int Socket, string) held) && held.Socket >= 0)
                {
                    InetSockets.Release(held.Socket);
                }
            }
        }
    }

    /// <summary>Gives all ports back.</summary>
    public void ReleaseAll()
    {
        lock (_lock)
        {
            Release([.. _held.Keys]);
        }
    }

    private static bool HostHasIPv6()
    {
        // Compiled in, and not switched off for all interfaces.
        const string Switch = "/proc/sys/net/ipv6/conf/all/disable_ipv6";
        return File.Exists(Switch) && File.ReadAllText(Switch).Trim() == "0";
    }

    private static IPAddress Any(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;

    /// <summary>The requests with their addresses. As in Docker, a container's port that is published on several addresses and any port has the same on all.</summary>
    private static List<(PortRequest Request, List<IPAddress> Addresses)> Together(IReadOnlyList<PortRequest> requests, PortTarget target)
    {
        List<(PortRequest Request, List<IPAddress> Addresses)> together = new(requests.Count);
        foreach (PortRequest request in requests)
        {
            IReadOnlyList<IPAddress> addresses = AddressesOf(request, target);
            int with = request.HostPort != 0 ? -1 : together.FindIndex(t =>
                t.Request.HostPort == 0 && t.Request.ContainerPort == request.ContainerPort && t.Request.Protocol == request.Protocol && !t.Addresses.Exists(addresses.Contains));
            if (with >= 0)
            {
                together[with].Addresses.AddRange(addresses);
            }
            else
            {
                together.Add((request, [.. addresses]));
            }
        }

        return together;
    }

    /// <summary>On which addresses of the host a port is to be published.</summary>
    private static IReadOnlyList<IPAddress> AddressesOf(PortRequest request, PortTarget target)
    {
        IPAddress wanted = request.HostAddress ?? target.Usual;
        IReadOnlyList<IPAddress> all = request.HostAddress is null && wanted.Equals(IPAddress.Any)
            ? s_hostHasIPv6.Value ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any]
            : [wanted];
        IPAddress[] possible = [.. all.Where(target.Reaches)];
        return possible.Length > 0 ? possible : throw QuaiException.Invalid(
            $"port {request.ContainerPort}/{request.Protocol} cannot be published on {wanted}: the container has no {(wanted.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address on the network that leads outside");
    }

    /// <summary>Reserves one port on several addresses.</summary>
    private PublishedPort[] Reserve(PortRequest request, IPAddress[] addresses, PortTarget target, string owner)
    {
        if (request.HostPort == 0)
        {
            return ReserveAny(request, addresses, target, owner);
        }

        // As in Docker a container's port that is given a range takes the first free one of it.
        int last = Math.Max(request.HostPort, request.HostPortEnd);
        for (int number = request.HostPort; ; number++)
        {
            PublishedPort[] ports = Ports(request, addresses, number);
            if (TryBind(ports, owner) is not { } failure)
            {
                return ports;
            }

            if (failure.Error != Errno.EADDRINUSE || number >= last)
            {
                throw Unavailable(failure.Port, target, failure.Error);
            }
        }
    }

    private PublishedPort[] ReserveAny(PortRequest request, IPAddress[] addresses, PortTarget target, string owner)
    {
        int count = _ephemeral.Last - _ephemeral.First + 1;
        for (int tried = 0; tried < count; tried++)
        {
            PublishedPort[] ports = Ports(request, addresses, _nextEphemeral);
            _nextEphemeral = _nextEphemeral >= _ephemeral.Last ? _ephemeral.First : _nextEphemeral + 1;
            if (TryBind(ports, owner) is not { } failure)
            {
                return ports;
            }

            if (failure.Error != Errno.EADDRINUSE)
            {
                throw Unavailable(failure.Port, target, failure.Error);
            }
        }

        throw new PortUnavailableException("all ports are allocated");
    }

    private static PublishedPort[] Ports(PortRequest request, IPAddress[] addresses, int number) =>
        [.. addresses.Select(a => new PublishedPort(request.ContainerPort, request.Protocol, a, (ushort)number))];

    private (PublishedPort Port, int Error)? TryBind(ReadOnlySpan<PublishedPort> ports, string owner)
    {
        for (int i = 0; i < ports.Length; i++)
        {
            if (TryBind(ports[i], owner) is var error and not 0)
            {
                Release(ports[..i]);
                return (ports[i], error);
            }
        }

        return null;
    }

    private PortUnavailableException Unavailable(PublishedPort port, PortTarget target, int error) => error == Errno.EADDRINUSE && OwnerOf(port) is { } holder
        ? new PortUnavailableException($"Bind for {Shown(port)} failed: port is already allocated") { HoldingContainer = holder }
        : new PortUnavailableException($"failed to bind host port for {Shown(port)}:{target.Behind(port.HostAddress)}:{port.ContainerPort}/{port.Protocol}: {Errno.Message(error)}{(_host is not null && error == Errno.EACCES ? LowPorts : "")}")
        {
            HoldingProcess = error == Errno.EADDRINUSE && _host is null ? PortHolder.Find(port) : null,
        };

    private static string Shown(PublishedPort port) => new IPEndPoint(port.HostAddress, port.HostPort).ToString();

    /// <summary>Whose port is in the way of another; null for nobody's.</summary>
    private string? OwnerOf(PublishedPort port)
    {
        foreach ((PublishedPort held, (_, string owner)) in _held)
        {
            if (held.HostPort == port.HostPort && held.Protocol == port.Protocol
                && held.HostAddress.AddressFamily == port.HostAddress.AddressFamily
                && (held.HostAddress.Equals(port.HostAddress) || held.HostAddress.Equals(Any(port.HostAddress)) || port.HostAddress.Equals(Any(port.HostAddress))))
            {
                return owner;
            }
        }

        return null;
    }

    private int TryBind(PublishedPort port, string owner)
    {
        int protocol = ProtocolNumber(port.Protocol);
        Span<byte> address = stackalloc byte[16];
        _ = port.HostAddress.TryWriteBytes(address, out int length);
        int socket;
        int error = _host is null ? InetSockets.TryBind(protocol, address[..length], port.HostPort, out socket) : _host.TryBind(protocol, address[..length], port.HostPort, out socket);
        if (error is EPROTONOSUPPORT or ESOCKTNOSUPPORT)
        {
            // A host without SCTP has no SCTP port to collide with, other than other containers'.
            return OwnerOf(port) is not null || !_held.TryAdd(port, (-1, owner)) ? Errno.EADDRINUSE : 0;
        }

        if (error != 0)
        {
            return error;
        }

        _held[port] = (socket, owner);
        return 0;
    }
}

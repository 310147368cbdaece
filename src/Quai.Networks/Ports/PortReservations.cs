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

    private readonly Lock _lock = new();
    private readonly Dictionary<PublishedPort, int> _held = [];
    private readonly (int First, int Last) _ephemeral;
    private int _nextEphemeral;

    /// <param name="ephemeral">From where ports are taken when none is asked for.</param>
    public PortReservations((int First, int Last) ephemeral)
    {
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
    /// <param name="container">The container's address, for the error.</param>
    /// <param name="usual">The host's address where a request names none; null for any.</param>
    /// <exception cref="PortUnavailableException">One cannot be had.</exception>
    public PublishedPort[] Reserve(IReadOnlyList<PortRequest> requests, IPAddress container, IPAddress? usual = null)
    {
        if (requests.Count == 0)
        {
            return [];
        }

        var ports = new PublishedPort[requests.Count];
        int done = 0;
        lock (_lock)
        {
            try
            {
                foreach (PortRequest request in requests)
                {
                    ports[done] = Reserve(request, request.HostAddress ?? usual ?? IPAddress.Any, container);
                    done++;
                }

                return ports;
            }
            catch
            {
                Release(ports.AsSpan(0, done));
                throw;
            }
        }
    }

    /// <summary>Takes a port again that was recorded as held. False: somebody else has it now.</summary>
    public bool TryRestore(PublishedPort port)
    {
        lock (_lock)
        {
            return _held.ContainsKey(port) || TryBind(port) == 0;
        }
    }

    /// <summary>Gives ports back.</summary>
    public void Release(ReadOnlySpan<PublishedPort> ports)
    {
        lock (_lock)
        {
            foreach (PublishedPort port in ports)
            {
                if (_held.Remove(port, out int socket) && socket >= 0)
                {
                    _ = FileCalls.TryClose(socket);
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

    private PublishedPort Reserve(PortRequest request, IPAddress address, IPAddress container)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new QuaiException(ErrorKind.NotImplemented, $"publishing a port on the IPv6 address {address} is not supported: containers have IPv4 addresses only");
        }

        if (request.HostPort == 0)
        {
            return ReserveAny(request, address, container);
        }

        // As in Docker a container's port that is given a range takes the first free one of it.
        int last = Math.Max(request.HostPort, request.HostPortEnd);
        for (int number = request.HostPort; ; number++)
        {
            var port = new PublishedPort(request.ContainerPort, request.Protocol, address, (ushort)number);
            int error = TryBind(port);
            if (error == 0)
            {
                return port;
            }

            if (error != Errno.EADDRINUSE || number >= last)
            {
                throw Unavailable(port, container, error);
            }
        }
    }

    private PublishedPort ReserveAny(PortRequest request, IPAddress address, IPAddress container)
    {
        int count = _ephemeral.Last - _ephemeral.First + 1;
        for (int tried = 0; tried < count; tried++)
        {
            var port = new PublishedPort(request.ContainerPort, request.Protocol, address, (ushort)_nextEphemeral);
            _nextEphemeral = _nextEphemeral >= _ephemeral.Last ? _ephemeral.First : _nextEphemeral + 1;
            int error = TryBind(port);
            if (error == 0)
            {
                return port;
            }

            if (error != Errno.EADDRINUSE)
            {
                throw Unavailable(port, container, error);
            }
        }

        throw new PortUnavailableException("all ports are allocated");
    }

    private PortUnavailableException Unavailable(PublishedPort port, IPAddress container, int error) => error == Errno.EADDRINUSE && IsHeld(port)
        ? new PortUnavailableException($"Bind for {port.HostAddress}:{port.HostPort} failed: port is already allocated")
        : new PortUnavailableException($"failed to bind host port for {port.HostAddress}:{port.HostPort}:{container}:{port.ContainerPort}/{port.Protocol}: {Errno.Message(error)}");

    private bool IsHeld(PublishedPort port)
    {
        foreach (PublishedPort held in _held.Keys)
        {
            if (held.HostPort == port.HostPort && held.Protocol == port.Protocol
                && (held.HostAddress.Equals(port.HostAddress) || held.HostAddress.Equals(IPAddress.Any) || port.HostAddress.Equals(IPAddress.Any)))
            {
                return true;
            }
        }

        return false;
    }

    private int TryBind(PublishedPort port)
    {
        int protocol = ProtocolNumber(port.Protocol);
        Span<byte> address = stackalloc byte[4];
        _ = port.HostAddress.TryWriteBytes(address, out _);
        int error = InetSockets.TryBind(protocol, address, port.HostPort, out int socket);
        if (error is EPROTONOSUPPORT or ESOCKTNOSUPPORT)
        {
            // A host without SCTP has no SCTP port to collide with, other than other containers'.
            return IsHeld(port) || !_held.TryAdd(port, -1) ? Errno.EADDRINUSE : 0;
        }

        if (error != 0)
        {
            return error;
        }

        _held[port] = socket;
        return 0;
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Quai.Linux;
using Quai.Linux.Bpf;
using Quai.Linux.Netlink;
using Quai.Networks.Ports;

namespace Quai.Networks.Loopback;

/// <summary>
/// Published ports on [::1]. For 127.0.0.1 the kernel can be told to let translated packets leave the loopback; for [::1] it cannot. So the connection itself is
/// turned: programs in the kernel see where a socket of the host connects to, and have it connect to the container. Nothing is relayed, and as they stay
/// when the daemon ends, so do connections. Safe for concurrent use.
/// </summary>
internal sealed partial class LoopbackRedirect : IDisposable
{
    private const int MostPorts = 65536, MostFlows = 65536;

    private static readonly SocketAddressHook[] s_hooks = [SocketAddressHook.Connect, SocketAddressHook.SendDatagram, SocketAddressHook.ReceiveDatagram, SocketAddressHook.PeerName];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<byte[]>> _published = [];
    private readonly string _name;
    private readonly ulong? _network;
    private readonly ILogger _logger;
    private BpfMap? _ports;
    private bool _failed;

    /// <param name="table">The name of the daemon's nftables tables, which no other daemon has.</param>
    /// <param name="logger">For what does not work on this host.</param>
    public LoopbackRedirect(string table, ILogger logger)
    {
        _network = NetworkNamespace.Cookie();

        // Programs are the whole machine's: those of a daemon of the same name in another namespace are another's.
        _name = "quai" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{table} {_network}")))[..11];
        _logger = logger;
    }

    /// <summary>Has exactly these endpoints' ports published, and what an earlier daemon attached taken away.</summary>
    public void Reset(IReadOnlyList<Endpoint> endpoints)
    {
        lock (_lock)
        {
            _published.Clear();
            _ports?.Dispose();
            _ports = null;
            if (!endpoints.Any(e => Elements(e).Any()))
            {
                Replace([]);
                return;
            }

            foreach (Endpoint endpoint in endpoints)
            {
                Publish(endpoint);
            }
        }
    }

    /// <summary>Publishes an endpoint's ports.</summary>
    public void Add(Endpoint endpoint)
    {
        lock (_lock)
        {
            Publish(endpoint);
        }
    }

    /// <summary>Changes what is published of an endpoint.</summary>
    public void Change(Endpoint endpoint)
    {
        lock (_lock)
        {
            List<byte[]> before = _published.GetValueOrDefault(endpoint.Id) ?? [];
            Publish(endpoint);
            List<byte[]> after = [.. Elements(endpoint).Select(e => e.Key)];
            foreach (byte[] key in before.Where(k => !after.Exists(a => a.AsSpan().SequenceEqual(k))))
            {
                _ports?.Delete(key);
            }

            if (after.Count == 0)
            {
                _published.Remove(endpoint.Id);
            }
        }
    }

    /// <summary>Has what one endpoint published lead to another.</summary>
    public void Move(Endpoint from, Endpoint to)
    {
        lock (_lock)
        {
            Publish(to);
            if (_published.TryGetValue(from.Id, out List<byte[]>? keys) && _published.TryGetValue(to.Id, out List<byte[]>? taken))
            {
                keys.RemoveAll(k => taken.Exists(t => t.AsSpan().SequenceEqual(k)));
            }

            Change(from);
        }
    }

    /// <summary>Withdraws them.</summary>
    public void Remove(string endpointId)
    {
        lock (_lock)
        {
            if (_published.Remove(endpointId, out List<byte[]>? keys))
            {
                foreach (byte[] key in keys)
                {
                    _ports?.Delete(key);
                }
            }
        }
    }

    /// <summary>Takes the programs away.</summary>
    public void Detach()
    {
        lock (_lock)
        {
            _published.Clear();
            _ports?.Dispose();
            _ports = null;
            Replace([]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ports?.Dispose();

    private static IEnumerable<(byte[] Key, byte[] Value)> Elements(Endpoint endpoint)
    {
        foreach (PublishedPort port in endpoint.Ports)
        {
            if (port.HostPort == 0 || !(port.HostAddress.Equals(IPAddress.IPv6Any) || port.HostAddress.Equals(IPAddress.IPv6Loopback)))
            {
                continue;
            }

            byte[] key = new byte[LoopbackPrograms.PortKey], value = new byte[LoopbackPrograms.PortValue];
            BinaryPrimitives.WriteUInt16BigEndian(key, port.HostPort);
            key[4] = PortReservations.ProtocolNumber(port.Protocol);
            IPAddress target = endpoint.IPv6?.Address ?? endpoint.IPv4!.Address.MapToIPv6();
            _ = target.TryWriteBytes(value, out _);
            BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(16), port.ContainerPort);
            yield return (key, value);
        }
    }

    private void Publish(Endpoint endpoint)
    {
        List<(byte[] Key, byte[] Value)> elements = [.. Elements(endpoint)];
        if (elements.Count == 0 || _failed || _network is not { } network)
        {
            return;
        }

        try
        {
            bool first = _ports is null;
            BpfMap ports = _ports ??= BpfMap.Create(BpfMapKind.Hash, _name, LoopbackPrograms.PortKey, LoopbackPrograms.PortValue, MostPorts);
            foreach ((byte[] key, byte[] value) in elements)
            {
                ports.Set(key, value);
            }

            _published[endpoint.Id] = [.. elements.Select(e => e.Key)];
            if (first)
            {
                Attach(ports, network);
            }
        }
        catch (LinuxException e)
        {
            _failed = true;
            LogFailed(_logger, e.Message);
        }
    }

    private void Attach(BpfMap ports, ulong network)
    {
        using BpfMap flows = BpfMap.Create(BpfMapKind.LeastRecentlyUsed, _name, LoopbackPrograms.FlowKey, LoopbackPrograms.FlowValue, MostFlows);
        var programs = new LoopbackPrograms(ports, flows, network, KernelTypes.BitOffset("sock_common", "skc_ipv6only"));
        List<SocketAddressProgram> loaded = [];
        try
        {
            foreach (SocketAddressHook hook in s_hooks)
            {
                try
                {
                    loaded.Add(SocketAddressProgram.Load(_name, hook, programs.Of(hook)));
                }
                catch (LinuxException e) when (hook == SocketAddressHook.PeerName && e.Errno == Errno.EINVAL)
                {
                    // An older kernel: a program that asks whom it is connected to is told of the container.
                }
                catch (LinuxException e) when (e.Errno is Errno.EINVAL or Errno.EACCES)
                {
                    // Another older one, whose programs do not see a socket's settings: those of IPv6 alone get no connection to an IPv4 container.
                    loaded.Add(SocketAddressProgram.Load(_name, hook, new LoopbackPrograms(ports, flows, network, only: null).Of(hook)));
                }
            }

            Replace(loaded);
        }
        finally
        {
            loaded.ForEach(p => p.Dispose());
        }
    }

    /// <summary>Attaches programs in the place of earlier ones.</summary>
    private void Replace(IReadOnlyList<SocketAddressProgram> programs)
    {
        if (Root() is not { } path)
        {
            if (programs.Count > 0)
            {
                throw new LinuxException("bpf", Errno.ENOENT, "find where cgroup v2 is mounted");
            }

            return;
        }

        using FileDescriptor root = FileCalls.OpenDirectory(path);
        foreach (SocketAddressHook hook in s_hooks)
        {
            List<SocketAddressProgram> earlier = SocketAddressProgram.Attached(root, hook, _name);
            programs.FirstOrDefault(p => p.Hook == hook)?.Attach(root);
            foreach (SocketAddressProgram program in earlier)
            {
                program.Detach(root);
                program.Dispose();
            }
        }
    }

    /// <summary>Where the whole of cgroup v2 is mounted: all processes are below it, also where version 1 does the work.</summary>
    private static string? Root()
    {
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
        {
            string[] words = line.Split(' ');
            int dash = Array.IndexOf(words, "-");
            if (dash > 4 && dash + 1 < words.Length && words[dash + 1] == "cgroup2" && words[3] == "/")
            {
                return words[4];
            }
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "published ports are not reached on [::1] from this host, only on 127.0.0.1 and the host's other addresses: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}

using System.Net;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Netlink;
using Quai.Linux.Xfrm;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>
/// Encryption of tunnels by the kernel's IPsec. Its states and policies are known by the network's mark, which is their request id, too. Has a socket of its own, in the network namespace of the thread that makes it.
/// </summary>
internal sealed class TunnelSecurity : IDisposable
{
    // A state sends 2^32 packets and no more: it would use a nonce twice. At half of that it is made anew, with another first nonce, which the kernel chooses at random.
    private const ulong Spent = 1UL << 31;

    private readonly NetlinkSocket? _socket;
    private readonly LinuxException? _missing;

    /// <summary>Opens it.</summary>
    public TunnelSecurity()
    {
        try
        {
            _socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_XFRM);
        }
        catch (LinuxException e)
        {
            // Only who encrypts misses it.
            _missing = e;
        }
    }

    /// <summary>Makes exactly these hosts' states and policies of a network; what else there is of it goes.</summary>
    /// <exception cref="QuaiException">The kernel cannot encrypt.</exception>
    public void Apply(OverlaySettings network, IReadOnlyCollection<IPAddress> peers, OverlayKeys keys)
    {
        NetlinkSocket socket = _socket ?? throw Unable(_missing!);
        List<XfrmState> present = StatesOf(socket, network.Mark), wanted = [];
        List<XfrmPolicy> policies = [];
        foreach (IPAddress peer in peers)
        {
            wanted.AddRange(keys.Receiving.Append(keys.Sending).Select(key => TunnelKeys.StateOf(network, key, peer, network.Local)).DistinctBy(s => s.Spi));
            XfrmState sending = TunnelKeys.StateOf(network, keys.Sending, network.Local, peer);
            wanted.Add(sending);
            policies.Add(new XfrmPolicy(network.Local, peer, network.Port, network.Mark) { RequestId = network.Mark, Spi = sending.Spi });
        }

        using var writer = new NetlinkWriter();
        try
        {
            foreach (XfrmState state in wanted.Where(w => !present.Exists(p => IsSame(p, w))))
            {
                XfrmStates.WriteAdd(writer, state);
                Send(socket, writer, $"encrypt what {state.Source} sends to {state.Destination}");
            }

            foreach (XfrmPolicy policy in policies)
            {
                XfrmPolicies.WriteSet(writer, policy);
                Send(socket, writer, $"have encrypted what is sent to {policy.Destination}");
            }
        }
        catch (LinuxException e) when (e.Errno is Errno.EPROTONOSUPPORT or Errno.ENOSYS or Errno.ENOENT or Errno.EOPNOTSUPP)
        {
            throw Unable(e);
        }

        Delete(socket, writer, PoliciesOf(socket, network.Mark).Where(p => !policies.Exists(w => IsSame(p, w))), present.Where(p => !wanted.Exists(w => IsSame(p, w))));
    }

    /// <summary>Takes away all states and policies of a network.</summary>
    public void Remove(uint mark)
    {
        if (_socket is { } socket)
        {
            using var writer = new NetlinkWriter();
            Delete(socket, writer, PoliciesOf(socket, mark), StatesOf(socket, mark));
        }
    }

    /// <summary>Makes those states anew by which this host has sent half of what it may.</summary>
    public void Renew(OverlaySettings network, IReadOnlyCollection<IPAddress> peers, OverlayKeys keys, ulong spent = Spent)
    {
        if (_socket is { } socket && StatesOf(socket, network.Mark).FindAll(s => s.Source.Equals(network.Local) && s.Packets >= spent) is { Count: > 0 } old)
        {
            using var writer = new NetlinkWriter();
            Delete(socket, writer, [], old);
            Apply(network, peers, keys);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private static bool IsSame(XfrmState one, XfrmState other) => one.Spi == other.Spi && one.Source.Equals(other.Source) && one.Destination.Equals(other.Destination) && one.Port == other.Port;

    private static bool IsSame(XfrmPolicy one, XfrmPolicy other) => one.Source.Equals(other.Source) && one.Destination.Equals(other.Destination) && one.Port == other.Port;

    private static List<XfrmState> StatesOf(NetlinkSocket socket, uint mark) => XfrmStates.List(socket).FindAll(s => s.RequestId == mark);

    private static List<XfrmPolicy> PoliciesOf(NetlinkSocket socket, uint mark) => XfrmPolicies.List(socket).FindAll(p => p.Mark == mark && p.RequestId == mark);

    private static void Delete(NetlinkSocket socket, NetlinkWriter writer, IEnumerable<XfrmPolicy> policies, IEnumerable<XfrmState> states)
    {
        foreach (XfrmPolicy policy in policies)
        {
            XfrmPolicies.WriteDelete(writer, policy);
            SendAway(socket, writer, $"forget what is sent to {policy.Destination}");
        }

        foreach (XfrmState state in states)
        {
            XfrmStates.WriteDelete(writer, state);
            SendAway(socket, writer, $"forget how {state.Source} sends to {state.Destination}");
        }
    }

    private static void Send(NetlinkSocket socket, NetlinkWriter writer, string what)
    {
        try
        {
            socket.Request(writer.Written, what);
        }
        finally
        {
            // There may be a key in it.
            writer.Written.Clear();
            writer.Clear();
        }
    }

    private static void SendAway(NetlinkSocket socket, NetlinkWriter writer, string what)
    {
        try
        {
            Send(socket, writer, what);
        }
        catch (LinuxException e) when (e.Errno is Errno.ESRCH or Errno.ENOENT)
        {
            // Gone already.
        }
    }

    private static QuaiException Unable(LinuxException reason) =>
        QuaiException.System($"this host's kernel cannot encrypt between hosts, for which it needs IPsec with ESP and AES-GCM (modules xfrm_user, esp4 or esp6, gcm): {Errno.Message(reason.Errno)}", reason);
}

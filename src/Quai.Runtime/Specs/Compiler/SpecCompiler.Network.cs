using Quai.Linux.Kernel;
using Quai.Plans;
using static Quai.Linux.Kernel.IoConstants;
using static Quai.Linux.Kernel.OpenFlags;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>The new network namespace: its interfaces, and its name server's sockets.</content>
public sealed partial class SpecCompiler
{
    private static readonly Lazy<(byte[] Batch, byte[] PortPlaces, int Ports)> s_nameRules = new(NameServerSockets.PrepareRules);

    private void CompileNetwork(Settings settings)
    {
        IReadOnlyList<NetlinkRequest> moved = _linux.NetDevices is { Count: > 0 } devices ? MovedDevices.RequestsFor(devices) : [];
        if ((_newNamespaces & CloneFlags.CLONE_NEWNET) == 0)
        {
            if (moved.Count > 0)
            {
                CompileRequests(moved);
            }

            return;
        }

        if (settings.Network.Count == 0)
        {
            Child("bring loopback up", Step.Of(PlanOperation.LoopbackUp));
        }
        else
        {
            CompileRequests(settings.Network);
        }

        if (moved.Count > 0)
        {
            CompileRequests(moved);
        }

        if (settings.NameSockets)
        {
            CompileNameSockets();
        }
    }

    private void CompileRequests(IReadOnlyList<NetlinkRequest> requests)
    {
        Step socket = Step.Call(Nr.Socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        if (requests.Any(r => r.InHost || r.NamespaceOffset >= 0))
        {
            Parent("open netlink", socket.Into(PlanSlot.HostNetlink));
            Parent("open the host's network namespace", Step.Call(Nr.Openat, AT_FDCWD, _plan.Text("/proc/self/ns/net"), O_RDONLY | O_CLOEXEC, 0).Into(PlanSlot.HostNetworkNamespace));
        }

        Child("open netlink", socket.Into(PlanSlot.SandboxNetlink));
        if (requests.Any(NamesSandbox))
        {
            Child("open the container's network namespace", Step.Call(Nr.Ioctl, Argument.Slot(PlanSlot.SandboxNetlink), SIOCGSKNS).Into(PlanSlot.SandboxNetworkNamespace));
        }

        foreach (NetlinkRequest request in requests)
        {
            Argument socketSlot = Argument.Slot(request.InHost ? PlanSlot.HostNetlink : PlanSlot.SandboxNetlink);
            Pointer bytes = _plan.Block(request.Bytes);
            Step step = NamesSandbox(request) || request.AwaitedErrno > 0
                ? Step.Of(
                    PlanOperation.NetlinkAgain,
                    socketSlot,
                    bytes,
                    request.Bytes.Length,
                    request.NamespaceOffset,
                    Argument.Slot(request.InHost ? PlanSlot.SandboxNetworkNamespace : PlanSlot.HostNetworkNamespace),
                    request.AwaitedErrno)
                : Step.Of(PlanOperation.Netlink, socketSlot, bytes, request.Bytes.Length, request.NamespaceOffset);
            Child(request.What, step.Tolerating(request.ToleratedErrno));
        }
    }

    /// <summary>Whether a descriptor of the container's namespace is written into a request, rather than of the host's.</summary>
    private static bool NamesSandbox(NetlinkRequest request) => request.InHost && request.NamespaceOffset >= 0;

    /// <summary>
    /// Two sockets on one port of 127.0.0.11, which the kernel chooses, and rules that lead there whatever is sent to port 53: so that port stays free for the container's own programs.
    /// The sockets go to whoever runs the plan, before the program can do anything.
    /// </summary>
    private void CompileNameSockets()
    {
        int sender = _plan.NewSlot(), udp = _plan.NewSlot(), tcp = _plan.NewSlot();
        Parent("make sockets to hand over those of the name server", Step.Of(PlanOperation.SocketPair, PlanSlot.NameSockets).Into(sender));

        // struct sockaddr_in. What the first socket is bound to is written over it, and so the second gets the same port.
        Pointer address = _plan.Block([AF_INET, 0, 0, 0, .. NameServerSockets.Address, 0, 0, 0, 0, 0, 0, 0, 0]), length = _plan.Block([16, 0, 0, 0]), receive = _plan.Block(BitConverter.GetBytes(NameServerSockets.ReceiveBytes));
        Child("make the name server's UDP socket", Step.Call(Nr.Socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0).Into(udp));
        Child("set what the name server's UDP socket holds", Step.Call(Nr.Setsockopt, Argument.Slot(udp), SOL_SOCKET, SO_RCVBUF, receive, sizeof(int)));
        Child("bind the name server's UDP socket to 127.0.0.11", Step.Call(Nr.Bind, Argument.Slot(udp), address, 16));
        Child("ask for the name server's port", Step.Call(Nr.Getsockname, Argument.Slot(udp), address, length));
        Child("make the name server's TCP socket", Step.Call(Nr.Socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0).Into(tcp));
        Child("bind the name server's TCP socket to 127.0.0.11", Step.Call(Nr.Bind, Argument.Slot(tcp), address, 16));
        Child("listen on the name server's TCP socket", Step.Call(Nr.Listen, Argument.Slot(tcp), NameServerSockets.Backlog));
        (byte[] batch, byte[] places, int ports) = s_nameRules.Value;
        Child($"write nftables table {NameServerSockets.Table}, which leads from 127.0.0.11:53 to the name server", Step.Of(PlanOperation.Nftables, _plan.Block(batch), batch.Length, address, _plan.Block(places), ports));
        Child("hand over the name server's sockets", Step.Of(PlanOperation.SendDescriptors, Argument.Slot(sender), Argument.Slot(udp), Argument.Slot(tcp)));
    }
}

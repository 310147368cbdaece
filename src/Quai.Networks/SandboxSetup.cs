using System.Collections.Frozen;
using Quai.Linux.Netlink;

namespace Quai.Networks;

/// <summary>
/// rtnetlink requests, in order, that connect a fresh network namespace. The runtime sends them from the container's first process
/// before it gives up its privileges: one NETLINK_ROUTE socket opened inside the namespace, one opened in the host's.
/// Each message is a whole <c>nlmsghdr</c> request with NLM_F_ACK; the runtime fills <c>nlmsg_seq</c> and awaits each acknowledgement.
/// Some are answered before they are acknowledged: whatever is not NLMSG_ERROR is skipped.
/// The bytes are shared: whoever writes into them copies them first.
/// </summary>
/// <param name="Messages">In the order to be sent; loopback up is the first.</param>
public sealed record SandboxSetup(IReadOnlyList<SandboxMessage> Messages)
{
    /// <summary>Index of the container's <c>eth0</c>. Not 2: some hosts put fallback tunnel devices into every new namespace, and those come first.</summary>
    public const int InterfaceIndex = 16;

    /// <summary>The container's interface.</summary>
    public const string InterfaceName = "eth0";

    /// <summary>
    /// Kernel settings of the new namespace by their sysctl names, to be made once the messages are through and before any program of the container's runs.
    /// An interface on a network without IPv6 has none: its neighbours could give it addresses and routes. What the user sets comes after.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Loopback up and nothing else: what network <c>none</c> has.</summary>
    public static SandboxSetup Empty { get; } = new([LoopbackUp()]);

    internal static SandboxMessage LoopbackUp()
    {
        using var writer = new NetlinkWriter();
        Links.WriteChange(writer, new LinkChange { Index = Links.Loopback, Up = true });
        return new SandboxMessage(InHost: false, writer.Written.ToArray(), -1, "set interface lo up");
    }
}

/// <summary>One request of a <see cref="SandboxSetup"/>.</summary>
/// <param name="InHost">Sent on the host namespace's socket rather than on the sandbox's own.</param>
/// <param name="Bytes">The request. Where <paramref name="HostNamespaceFdOffset"/> is not negative, the runtime writes there, as a 32-bit int in the machine's byte order, a descriptor of the host's network namespace (for IFLA_NET_NS_FD).</param>
/// <param name="HostNamespaceFdOffset">Offset into <paramref name="Bytes"/>, or -1.</param>
/// <param name="What">What it does, for errors: <c>create veth pair vethab12cd3</c>.</param>
public sealed record SandboxMessage(bool InHost, byte[] Bytes, int HostNamespaceFdOffset, string What);

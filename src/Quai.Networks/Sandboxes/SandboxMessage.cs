namespace Quai.Networks.Sandboxes;

/// <summary>One request of a <see cref="SandboxSetup"/>.</summary>
/// <param name="InHost">Sent on the host namespace's socket rather than on the sandbox's own.</param>
/// <param name="Bytes">The request. Where <paramref name="HostNamespaceFdOffset"/> is not negative, the runtime writes there, as a 32-bit int in the machine's byte order, a descriptor of the host's network namespace (for IFLA_NET_NS_FD).</param>
/// <param name="HostNamespaceFdOffset">Offset into <paramref name="Bytes"/>, or -1.</param>
/// <param name="What">What it does, for errors: <c>create veth pair vethab12cd3</c>.</param>
public sealed record SandboxMessage(bool InHost, byte[] Bytes, int HostNamespaceFdOffset, string What);

namespace Quai.Networks.Sandboxes;

/// <summary>One request of a <see cref="SandboxSetup"/>.</summary>
/// <param name="InHost">Sent on the host namespace's socket rather than on the sandbox's own.</param>
/// <param name="Bytes">The request. Where <paramref name="NamespaceOffset"/> is not negative, the runtime writes there, as a 32-bit int in the machine's byte order, a descriptor of the other network namespace (for IFLA_NET_NS_FD): of the host's in what is sent in the sandbox, of the sandbox in what is sent in the host's.</param>
/// <param name="NamespaceOffset">Offset into <paramref name="Bytes"/>, or -1.</param>
/// <param name="What">What it does, for errors: <c>create veth pair vethab12cd3</c>.</param>
public sealed record SandboxMessage(bool InHost, byte[] Bytes, int NamespaceOffset, string What)
{
    /// <summary>
    /// An errno upon which it is sent again for up to five seconds; 0 for none. What a container holds on its network's parent is free only some moments after it has ended, once
    /// the kernel has taken down its namespace.
    /// </summary>
    public int AwaitedErrno { get; init; }

    /// <summary>An errno that is as good as success; 0 for none.</summary>
    public int ToleratedErrno { get; init; }
}

namespace Quai.Engine.Containers.Spec;

/// <summary>Whose namespaces a container uses, except for the network's.</summary>
public sealed record NamespaceModes
{
    /// <summary>Of process ids.</summary>
    public NamespaceMode Pid { get; init; } = new("");

    /// <summary>Of System V IPC, message queues and shared memory.</summary>
    public NamespaceMode Ipc { get; init; } = new("");

    /// <summary>Of the host name.</summary>
    public NamespaceMode Uts { get; init; } = new("");

    /// <summary>Of cgroups.</summary>
    public NamespaceMode Cgroup { get; init; } = new("");

    /// <summary>Of users.</summary>
    public NamespaceMode User { get; init; } = new("");
}

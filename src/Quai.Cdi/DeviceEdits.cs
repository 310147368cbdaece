namespace Quai.Cdi;

/// <summary>What devices of the container device interface change of a container (CDI specification, <c>containerEdits</c>).</summary>
public sealed record DeviceEdits
{
    /// <summary>No change.</summary>
    public static DeviceEdits None { get; } = new();

    /// <summary>Variables, as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Device nodes.</summary>
    public IReadOnlyList<InjectedNode> Nodes { get; init; } = [];

    /// <summary>Files and folders of the host, and other mounts.</summary>
    public IReadOnlyList<InjectedMount> Mounts { get; init; } = [];

    /// <summary>Groups that the program is a member of besides.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [];

    /// <summary>Programs of the host that are run along with the container.</summary>
    public IReadOnlyList<InjectedHook> Hooks { get; init; } = [];

    /// <summary>These changes, and others after them.</summary>
    public DeviceEdits With(DeviceEdits other) => new()
    {
        Environment = [.. Environment, .. other.Environment],
        Nodes = [.. Nodes, .. other.Nodes],
        Mounts = [.. Mounts, .. other.Mounts],
        Groups = [.. Groups.Union(other.Groups)],
        Hooks = [.. Hooks, .. other.Hooks],
    };
}

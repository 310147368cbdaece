namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>Devices of the host's that a container has. What they are is looked up at each start.</summary>
public sealed record DeviceSpec
{
    /// <summary>Nodes, or folders of them.</summary>
    public IReadOnlyList<DevicePath> Paths { get; init; } = [];

    /// <summary>Rules such as <c>c 7:* rwm</c> about devices that it may use wherever it finds them.</summary>
    public IReadOnlyList<string>? Rules { get; init; }
}

namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>Host devices that a container has. They are looked up at each start.</summary>
public sealed record DeviceSpec
{
    /// <summary>Nodes, or folders of them.</summary>
    public IReadOnlyList<DevicePath> Paths { get; init; } = [];

    /// <summary>Devices of the container device interface, by their full names such as <c>vendor.com/gpu=0</c>.</summary>
    public IReadOnlyList<string> Named { get; init; } = [];

    /// <summary>Rules such as <c>c 7:* rwm</c> for devices that it may use wherever it finds them.</summary>
    public IReadOnlyList<string>? Rules { get; init; }
}

using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Limits;

/// <summary>Limits of block input and output.</summary>
public sealed record BlockIoLimits
{
    /// <summary>The weight among other containers.</summary>
    public long Weight { get; init; }

    /// <summary>Weights by device.</summary>
    public IReadOnlyList<WeightDevice> WeightDevices { get; init; } = [];

    /// <summary>Bytes a second that may be read.</summary>
    public IReadOnlyList<ThrottleDevice> DeviceReadBytes { get; init; } = [];

    /// <summary>Reads a second.</summary>
    public IReadOnlyList<ThrottleDevice> DeviceReadOperations { get; init; } = [];

    /// <summary>Bytes a second that may be written.</summary>
    public IReadOnlyList<ThrottleDevice> DeviceWriteBytes { get; init; } = [];

    /// <summary>Writes a second.</summary>
    public IReadOnlyList<ThrottleDevice> DeviceWriteOperations { get; init; } = [];

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static BlockIoLimits Read(ComposeMapping node) => new()
    {
        Weight = node.Number("weight"),
        WeightDevices = node.Many("weight_device", WeightDevice.Read),
        DeviceReadBytes = node.Many("device_read_bps", ThrottleDevice.Read),
        DeviceReadOperations = node.Many("device_read_iops", ThrottleDevice.Read),
        DeviceWriteBytes = node.Many("device_write_bps", ThrottleDevice.Read),
        DeviceWriteOperations = node.Many("device_write_iops", ThrottleDevice.Read),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Number("weight", Weight)
        .Many("weight_device", WeightDevices, one => one.Write(json))
        .Many("device_read_bps", DeviceReadBytes, one => one.Write(json))
        .Many("device_read_iops", DeviceReadOperations, one => one.Write(json))
        .Many("device_write_bps", DeviceWriteBytes, one => one.Write(json))
        .Many("device_write_iops", DeviceWriteOperations, one => one.Write(json))
        .Extensions(Extensions)
        .Done();
}

using Quai.Compose.Model.Limits;
using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>Amounts of resources.</summary>
public sealed record ResourceAmounts
{
    /// <summary>Processors.</summary>
    public float Cpus { get; init; }

    /// <summary>Memory in bytes.</summary>
    public long Memory { get; init; }

    /// <summary>Processes.</summary>
    public long Pids { get; init; }

    /// <summary>Devices.</summary>
    public IReadOnlyList<DeviceRequest> Devices { get; init; } = [];

    /// <summary>Resources of other kinds.</summary>
    public IReadOnlyList<GenericResource> GenericResources { get; init; } = [];

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ResourceAmounts Read(ComposeMapping node) => new()
    {
        Cpus = node.Real("cpus"),
        Memory = node.Bytes("memory"),
        Pids = node.Number("pids"),
        Devices = node.Many("devices", DeviceRequest.Read),
        GenericResources = node.Many("generic_resources", GenericResource.Read),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Real("cpus", Cpus)
        .Bytes("memory", Memory)
        .Number("pids", Pids)
        .Many("devices", Devices, one => one.Write(json))
        .Many("generic_resources", GenericResources, one => one.Write(json))
        .Extensions(Extensions)
        .Done();
}

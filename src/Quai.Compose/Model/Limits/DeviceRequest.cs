using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Limits;

/// <summary>Devices that are asked for by what they can do.</summary>
public sealed record DeviceRequest
{
    /// <summary>What they can do.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>The driver.</summary>
    public string Driver { get; init; } = "";

    /// <summary>How many; -1 if all.</summary>
    public long Count { get; init; }

    /// <summary>Which ones.</summary>
    public IReadOnlyList<string> DeviceIds { get; init; } = [];

    /// <summary>The driver's options.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = Nothing.Texts;

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static DeviceRequest Read(ComposeMapping node) => new()
    {
        Capabilities = node.Texts("capabilities"),
        Driver = node.Text("driver"),
        Count = node.Count("count"),
        DeviceIds = node.Texts("device_ids"),
        Options = node.TextMap("options"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Texts("capabilities", Capabilities)
        .Text("driver", Driver)
        .Number("count", Count)
        .Texts("device_ids", DeviceIds)
        .TextMap("options", Options)
        .Extensions(Extensions)
        .Done();
}

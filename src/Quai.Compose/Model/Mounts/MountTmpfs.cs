using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Mounts;

/// <summary>How a tmpfs is mounted.</summary>
public sealed record MountTmpfs
{
    /// <summary>Its size in bytes; 0 if it has no limit.</summary>
    public long Size { get; init; }

    /// <summary>The mode of its root.</summary>
    public long Mode { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static MountTmpfs Read(ComposeMapping node) => new()
    {
        Size = node.Bytes("size"),
        Mode = node.Number("mode"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Bytes("size", Size)
        .Number("mode", Mode)
        .Extensions(Extensions)
        .Done();
}

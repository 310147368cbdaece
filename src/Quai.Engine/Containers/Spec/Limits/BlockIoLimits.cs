namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>Limits of block devices.</summary>
public sealed record BlockIoLimits
{
    /// <summary>Its weight beside others, 10 to 1000; 0 for the usual one.</summary>
    public ushort Weight { get; init; }

    /// <summary>Its weight on single devices.</summary>
    public IReadOnlyList<BlockWeight> Weights { get; init; } = [];

    /// <summary>Bytes a second that are read.</summary>
    public IReadOnlyList<BlockRate> ReadBytes { get; init; } = [];

    /// <summary>Bytes a second that are written.</summary>
    public IReadOnlyList<BlockRate> WriteBytes { get; init; } = [];

    /// <summary>Reads a second.</summary>
    public IReadOnlyList<BlockRate> ReadOperations { get; init; } = [];

    /// <summary>Writes a second.</summary>
    public IReadOnlyList<BlockRate> WriteOperations { get; init; } = [];
}

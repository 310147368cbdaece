namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>Limits of block devices.</summary>
public sealed record BlockIoLimits
{
    /// <summary>Its relative weight, 10 to 1000; 0 for the default.</summary>
    public ushort Weight { get; init; }

    /// <summary>Its weight on single devices.</summary>
    public IReadOnlyList<BlockWeight> Weights { get; init; } = [];

    /// <summary>Bytes read per second.</summary>
    public IReadOnlyList<BlockRate> ReadBytes { get; init; } = [];

    /// <summary>Bytes written per second.</summary>
    public IReadOnlyList<BlockRate> WriteBytes { get; init; } = [];

    /// <summary>Reads per second.</summary>
    public IReadOnlyList<BlockRate> ReadOperations { get; init; } = [];

    /// <summary>Writes per second.</summary>
    public IReadOnlyList<BlockRate> WriteOperations { get; init; } = [];
}

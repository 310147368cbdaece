namespace Quai.BuildClient.Cache;

/// <summary>What of a builder's cache is removed: once, or by a rule that the builder follows by itself.</summary>
public sealed record CachePrune
{
    /// <summary>What frontends use themselves, too.</summary>
    public bool All { get; init; }

    /// <summary>Only such; as BuildKit has filters.</summary>
    public IReadOnlyCollection<string> Filters { get; init; } = [];

    /// <summary>What was used that lately stays.</summary>
    public TimeSpan KeepDuration { get; init; }

    /// <summary>Bytes that the cache may always have.</summary>
    public long ReservedSpace { get; init; }

    /// <summary>Bytes that the cache may have at most; 0 for no limit.</summary>
    public long MaxUsedSpace { get; init; }

    /// <summary>Bytes of the disk that are to be free afterwards.</summary>
    public long MinFreeSpace { get; init; }
}

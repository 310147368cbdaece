namespace Quai.Build.Caching;

/// <summary>What is to be removed of the cache. Without limits, everything that is not in use.</summary>
public sealed record CachePruneOptions
{
    /// <summary>Which records, as <see cref="IBuildCache.ListAsync"/> has them; none for all.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Whether the builder's own records go too, such as frontends; otherwise only what users made.</summary>
    public bool IncludesInternal { get; init; }

    /// <summary>What was used within this time stays; zero for no such rule.</summary>
    public TimeSpan KeepDuration { get; init; }

    /// <summary>Bytes of cache that stay in any case; 0 for no such rule.</summary>
    public long ReservedSpace { get; init; }

    /// <summary>Records are removed until the cache has no more bytes than this; 0 for no such rule.</summary>
    public long MaxUsedSpace { get; init; }

    /// <summary>Records are removed until the disk has this many bytes free; 0 for no such rule.</summary>
    public long MinFreeSpace { get; init; }
}

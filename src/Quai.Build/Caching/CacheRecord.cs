namespace Quai.Build.Caching;

/// <summary>A record of the cache: the result of a step, or something that steps keep from build to build.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">What it is: <c>regular</c>, <c>source.local</c>, <c>source.git.checkout</c>, <c>exec.cachemount</c>, <c>frontend</c>, <c>internal</c>.</param>
public sealed record CacheRecord(string Id, string Type)
{
    /// <summary>Bytes that it takes by itself.</summary>
    public long Size { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a build used it last; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>How many builds have used it.</summary>
    public int UsageCount { get; init; }

    /// <summary>What made it, such as <c>[2/3] RUN make</c>.</summary>
    public string Description { get; init; } = "";

    /// <summary>The records that it is stacked on.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary>Whether a build or a container uses it now.</summary>
    public bool IsInUse { get; init; }

    /// <summary>Whether it can still change, as the directory of a cache mount can.</summary>
    public bool IsMutable { get; init; }

    /// <summary>Whether an image has it too, so that removing it frees nothing.</summary>
    public bool IsShared { get; init; }
}

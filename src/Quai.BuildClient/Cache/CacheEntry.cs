using Quai.BuildProtocol.Control;

namespace Quai.BuildClient.Cache;

/// <summary>Something that builds left behind.</summary>
/// <param name="Id">Its id.</param>
public sealed record CacheEntry(string Id)
{
    /// <summary>What made it.</summary>
    public string Description { get; init; } = "";

    /// <summary>Of which kind it is, such as <c>regular</c> or <c>source.local</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>Its parents' ids.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary>Its bytes.</summary>
    public long Size { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was used last; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>How often it was used.</summary>
    public long UsageCount { get; init; }

    /// <summary>Whether somebody uses it now, so that it stays.</summary>
    public bool IsInUse { get; init; }

    /// <summary>Whether it may still change.</summary>
    public bool IsMutable { get; init; }

    /// <summary>Whether others, such as images, have it too, so that its removal frees nothing.</summary>
    public bool IsShared { get; init; }

    /// <summary>Reads one from what a builder says.</summary>
    internal static CacheEntry Read(UsageRecord record) => new(record.ID)
    {
        Description = record.Description,
        Type = record.RecordType,
        Parents = record.Parents.Count > 0 ? [.. record.Parents] : record.Parent.Length > 0 ? [record.Parent] : [],
        Size = record.Size,
        CreatedAt = record.CreatedAt?.ToDateTimeOffset() ?? default,
        LastUsedAt = record.LastUsedAt?.ToDateTimeOffset(),
        UsageCount = record.UsageCount,
        IsInUse = record.InUse,
        IsMutable = record.Mutable,
        IsShared = record.Shared,
    };
}

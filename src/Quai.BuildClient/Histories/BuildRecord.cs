using Quai.BuildClient.Progress;
using Quai.BuildProtocol.Control;

namespace Quai.BuildClient.Histories;

/// <summary>A build as its builder has recorded it.</summary>
/// <param name="Id">Its id.</param>
public sealed record BuildRecord(string Id)
{
    /// <summary>What the frontend was told.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>When it was begun.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Error { get; init; }

    /// <summary>Whether somebody stopped it.</summary>
    public bool IsCanceled { get; init; }

    /// <summary>Whether it is kept whatever its age.</summary>
    public bool IsPinned { get; init; }

    /// <summary>How many steps there were.</summary>
    public int Steps { get; init; }

    /// <summary>How many of them ended.</summary>
    public int CompletedSteps { get; init; }

    /// <summary>How many of them were taken from the cache.</summary>
    public int CachedSteps { get; init; }

    /// <summary>What came of it: digest and media type.</summary>
    public IReadOnlyList<(string Digest, string MediaType)> Results { get; init; } = [];

    /// <summary>The record as the builder sent it.</summary>
    internal BuildHistoryRecord Source { get; private init; } = new();

    /// <summary>How long it took, so far.</summary>
    public TimeSpan Took => (CompletedAt ?? DateTimeOffset.UtcNow) - CreatedAt;

    /// <summary>Reads one.</summary>
    internal static BuildRecord Read(BuildHistoryRecord record) => new(record.Ref)
    {
        Source = record,
        Attributes = record.FrontendAttrs.ToDictionary(),
        CreatedAt = ProgressReader.Moment(record.CreatedAt) ?? default,
        CompletedAt = ProgressReader.Moment(record.CompletedAt),
        Error = record.Error?.Message,
        IsCanceled = record.Error?.Code == (int)Grpc.Core.StatusCode.Cancelled,
        IsPinned = record.Pinned,
        Steps = record.NumTotalSteps,
        CompletedSteps = record.NumCompletedSteps,
        CachedSteps = record.NumCachedSteps,
        Results = [.. (record.Result is { } result ? [result] : Array.Empty<BuildResultInfo>()).Concat(record.Results.Values).SelectMany(r => r.Results.Values).Select(d => (d.Digest, d.MediaType)).Distinct()],
    };
}

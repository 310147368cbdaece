using Google.Protobuf.WellKnownTypes;
using Quai.Build.Caching;
using Quai.BuildProtocol.Control;

namespace Quai.BuildKit.Controls;

/// <summary>The cache as clients are told of it, and what they ask of it.</summary>
internal static class CacheMessages
{
    /// <summary>A record.</summary>
    public static UsageRecord Of(CacheRecord record)
    {
        var message = new UsageRecord
        {
            ID = record.Id,
            RecordType = record.Type,
            Size = record.Size,
            CreatedAt = Timestamp.FromDateTimeOffset(record.CreatedAt),
            LastUsedAt = record.LastUsedAt is { } used ? Timestamp.FromDateTimeOffset(used) : null,
            UsageCount = record.UsageCount,
            Description = record.Description,
            InUse = record.IsInUse,
            Mutable = record.IsMutable,
            Shared = record.IsShared,
        };
        message.Parents.Add(record.Parents);
        return message;
    }

    /// <summary>What a request wants removed.</summary>
    public static CachePruneOptions Read(PruneRequest request) => new()
    {
        Filters = Filters(request.Filter),
        IncludesInternal = request.All,
        // In nanoseconds, as Go has times.
        KeepDuration = TimeSpan.FromTicks(request.KeepDuration / TimeSpan.NanosecondsPerTick),
        ReservedSpace = request.ReservedSpace,
        MaxUsedSpace = request.MaxUsedSpace,
        MinFreeSpace = request.MinFreeSpace,
    };

    /// <summary>A request's filters: clients send an empty one for none.</summary>
    public static IReadOnlyList<string> Filters(IEnumerable<string> filters) => [.. filters.Where(f => f.Length > 0)];
}

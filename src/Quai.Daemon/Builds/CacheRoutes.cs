using System.Globalization;
using System.Text.Json.Nodes;
using Quai.Api.System;
using Quai.Build.Caching;
using Quai.Daemon.Http;
using Quai.Errors;

namespace Quai.Daemon.Builds;

/// <summary>The cache of builds by the Engine API: <c>POST /build/prune</c>, and its part of <c>GET /system/df</c>.</summary>
internal static class CacheRoutes
{
    private static readonly HashSet<string> s_filters = ["until", .. CacheTerms.Names];

    /// <summary>Adds the route.</summary>
    public static void Map(Router router, IBuildCache cache) => router.Add("POST", "/build/prune", async call =>
    {
        CachePruneOptions options = Read(call);
        var deleted = new JsonArray();
        long reclaimed = 0;
        await foreach (CacheRecord record in cache.PruneAsync(options, call.Gone))
        {
            deleted.Add((JsonNode)record.Id);
            reclaimed += record.IsShared ? 0 : record.Size;
        }

        await call.Answer(new JsonObject { ["CachesDeleted"] = deleted.Count > 0 ? deleted : null, ["SpaceReclaimed"] = reclaimed }, Json.Edited.JsonObject);
    });

    /// <summary>All records, as the disk's usage has them.</summary>
    public static async Task<List<BuildCacheRecord>> ListAsync(IBuildCache cache, CancellationToken cancellation) =>
    [
        .. (await cache.ListAsync([], cancellation)).Select(r => new BuildCacheRecord
        {
            ID = r.Id,
            Type = r.Type,
            Description = r.Description,
            InUse = r.IsInUse,
            Shared = r.IsShared,
            Size = r.Size,
            CreatedAt = Text(r.CreatedAt),
            LastUsedAt = r.LastUsedAt is { } used ? Text(used) : null,
            UsageCount = r.UsageCount,
        }),
    ];

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    private static CachePruneOptions Read(ApiCall call)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = call.Filters(s_filters);
        TimeSpan keep = TimeSpan.Zero;
        if (filters.TryGetValue("until", out IReadOnlyList<string>? until) && until is [var text, ..])
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            keep = now - PastTime.Parse(text, now);
        }

        bool all = call.Flag("all");
        return new CachePruneOptions
        {
            Filters = CacheTerms.Of(filters.Where(f => f.Key != "until"), all),
            IncludesInternal = all,
            KeepDuration = keep,
            ReservedSpace = Bytes(call, "reserved-space") ?? Bytes(call, "keep-storage") ?? 0,
            MaxUsedSpace = Bytes(call, "max-used-space") ?? 0,
            MinFreeSpace = Bytes(call, "min-free-space") ?? 0,
        };
    }

    private static long? Bytes(ApiCall call, string key) => call.TextOrNull(key) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long bytes) ? bytes
        : throw QuaiException.Invalid($"{key} is in bytes and expects an integer, got {text}");
}

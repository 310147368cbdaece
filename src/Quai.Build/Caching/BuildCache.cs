using Quai.Build.Steps.Programs;
using System.Runtime.CompilerServices;
using Quai.Build.Steps;
using Quai.Content.Collecting;
using Quai.Metadata;

namespace Quai.Build.Caching;

/// <summary>The cache as those see it who look after the disk: a record for each layer that builds keep, and for each folder of <c>RUN --mount=type=cache</c>.</summary>
/// <param name="database">The records.</param>
/// <param name="collector">Removes the files of what nobody owns.</param>
/// <param name="uses">What builds use at present.</param>
/// <param name="mounts">The folders.</param>
/// <param name="folder">A folder of the disk that is to have room.</param>
/// <param name="time">The clock.</param>
internal sealed class BuildCache(MetadataDatabase database, ContentCollector collector, LayerUses uses, CacheMounts mounts, string folder, TimeProvider time) : IBuildCache
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<CacheRecord>> ListAsync(IReadOnlyList<string> filters, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        CacheFilter filter = CacheFilter.Parse(filters);
        return Task.FromResult<IReadOnlyList<CacheRecord>>([.. All().Where(filter.Fits)]);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CacheRecord> PruneAsync(CachePruneOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        CacheFilter filter = CacheFilter.Parse(options.Filters);
        List<CacheRecord> all = All();
        // What images have too is no cost of the cache.
        long total = all.Where(r => !r.IsShared).Sum(r => r.Size);
        long free = options.MinFreeSpace > 0 ? new DriveInfo(folder).AvailableFreeSpace : 0;
        bool isLimited = options.MaxUsedSpace > 0 || options.MinFreeSpace > 0, isAny = false;
        DateTimeOffset now = time.GetUtcNow();
        foreach (CacheRecord record in all.Where(filter.Fits).OrderBy(r => r.LastUsedAt ?? r.CreatedAt))
        {
            cancellation.ThrowIfCancellationRequested();
            bool isNew = options.KeepDuration > TimeSpan.Zero && now - (record.LastUsedAt ?? record.CreatedAt) < options.KeepDuration;
            bool isEnough = isLimited && (options.MaxUsedSpace == 0 || total <= options.MaxUsedSpace) && (options.MinFreeSpace == 0 || free >= options.MinFreeSpace);
            bool isReserved = options.ReservedSpace > 0 && total - record.Size < options.ReservedSpace;
            if (record.IsInUse || isNew || isEnough || isReserved)
            {
                continue;
            }

            if (record.IsMutable ? mounts.TryRemove(record.Id) : await ForgetAsync(record.Id).ConfigureAwait(false))
            {
                isAny = true;
                long freed = record.IsShared ? 0 : record.Size;
                total -= freed;
                free += freed;
                yield return record;
            }
        }

        if (isAny)
        {
            await collector.RunAsync(cancellation).ConfigureAwait(false);
        }
    }

    private List<CacheRecord> All()
    {
        List<CacheRecord> records = database.Read(c => c.Rows(
            """
            SELECT l.id, l.size, l.created,
                (SELECT max(r.used) FROM build_results r JOIN build_result_layers x ON x.key=r.key WHERE x.layer=l.id),
                (SELECT sum(r.uses) FROM build_results r JOIN build_result_layers x ON x.key=r.key WHERE x.layer=l.id AND x.position=(SELECT max(position) FROM build_result_layers y WHERE y.key=x.key AND y.output=x.output)),
                (SELECT min(r.name) FROM build_results r JOIN build_result_layers x ON x.key=r.key WHERE x.layer=l.id AND x.position=(SELECT max(position) FROM build_result_layers y WHERE y.key=x.key AND y.output=x.output)),
                (SELECT min(k.key) FROM build_contexts k WHERE k.layer=l.id),
                EXISTS (SELECT 1 FROM image_layers i WHERE i.chain_id=l.chain_id)
            FROM build_layers l ORDER BY l.created
            """,
            r => new CacheRecord(r.GetString(0), TypeOf(r.IsDBNull(6) ? null : r.GetString(6)))
            {
                Size = r.GetInt64(1),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(2)),
                LastUsedAt = r.IsDBNull(3) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)),
                UsageCount = r.IsDBNull(4) ? 0 : (int)r.GetInt64(4),
                Description = r.IsDBNull(5) ? DescriptionOf(r.IsDBNull(6) ? null : r.GetString(6)) : r.GetString(5),
                IsShared = r.GetInt64(7) != 0,
            }));
        return [.. records.Select(r => r with { IsInUse = uses.Holds(r.Id) }), .. mounts.List()];
    }

    /// <summary>What a layer is by what it is kept for; BuildKit has no type for files of servers.</summary>
    private static string TypeOf(string? key) => Kind(key) switch
    {
        "git" => "source.git.checkout",
        null or "http" => "regular",
        _ => "source.local",
    };

    private static string DescriptionOf(string? key) => Kind(key) switch
    {
        "git" => "git source",
        "http" => "http source",
        null => "",
        _ => "local source",
    };

    private static string? Kind(string? key) => key?.Split(':')[0];

    /// <summary>Forgets a layer and all results that have it, unless a build has begun to use it.</summary>
    private Task<bool> ForgetAsync(string layer) => database.WriteAsync(
        c =>
        {
            if (uses.Holds(layer))
            {
                return false;
            }

            c.Run("DELETE FROM build_results WHERE key IN (SELECT key FROM build_result_layers WHERE layer=$l)", ("$l", layer));
            c.Run("DELETE FROM build_contexts WHERE layer=$l", ("$l", layer));
            return c.Run("DELETE FROM build_layers WHERE id=$l", ("$l", layer)) > 0;
        },
        CancellationToken.None);
}

namespace Quai.Build.Caching;

/// <summary>What earlier builds left behind, as those see it who look after the disk.</summary>
public interface IBuildCache
{
    /// <summary>All records.</summary>
    /// <param name="filters">Which, as BuildKit's clients write filters (<c>id==…</c>, <c>type==regular</c>, <c>inuse</c>, with <c>~=</c> for a pattern and commas for "and"); a record is in when one of them fits; none for all.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<CacheRecord>> ListAsync(IReadOnlyList<string> filters, CancellationToken cancellation);

    /// <summary>Removes records; each is reported once it is gone.</summary>
    IAsyncEnumerable<CacheRecord> PruneAsync(CachePruneOptions options, CancellationToken cancellation);
}

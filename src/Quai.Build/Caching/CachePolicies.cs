namespace Quai.Build.Caching;

/// <summary>What is kept of the cache without anybody asking: rules that are followed in their order after builds.</summary>
public static class CachePolicies
{
    private const long Gigabyte = 1L << 30;
    private static readonly string[] s_reproducible = ["type==source.local,private", "type==exec.cachemount,private", "type==source.git.checkout,private"];

    /// <summary>
    /// The usual rules, as BuildKit has them: what is easily made again goes after two days if there is more than 512 MB of it, anything after 60 days, then the rest as far as
    /// the cache is too large, and in the end what images have too.
    /// </summary>
    /// <param name="reserved">Bytes that stay in any case; null for a tenth of the disk, but no more than 10 GB.</param>
    /// <param name="most">Bytes that the cache may have; null for three fifths of the disk, 0 for any number.</param>
    /// <param name="free">Bytes of the disk that are to be free; null for a fifth of it.</param>
    /// <param name="disk">Bytes of the disk.</param>
    public static IReadOnlyList<CachePruneOptions> Usual(long? reserved, long? most, long? free, long disk)
    {
        var limits = new CachePruneOptions
        {
            Filters = ["private"],
            ReservedSpace = reserved ?? Math.Min(disk / 10, 10 * Gigabyte),
            MaxUsedSpace = most ?? (disk / 5 * 3),
            MinFreeSpace = free ?? (disk / 5),
        };
        return
        [
            new CachePruneOptions { Filters = s_reproducible, KeepDuration = TimeSpan.FromHours(48), MaxUsedSpace = Gigabyte / 2 },
            limits with { KeepDuration = TimeSpan.FromDays(60) },
            limits,
            limits with { Filters = [], IncludesInternal = true },
        ];
    }
}

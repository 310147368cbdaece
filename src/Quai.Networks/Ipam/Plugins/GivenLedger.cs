using Quai.Metadata;

namespace Quai.Networks.Ipam.Plugins;

/// <summary>All that plugins have given, in memory and on disk. Safe for concurrent use.</summary>
/// <param name="database">With the table of <see cref="GivenRow"/>.</param>
internal sealed class GivenLedger(MetadataDatabase database)
{
    private readonly Lock _lock = new();
    private List<GivenRow> _rows = [];

    /// <summary>Reads what an earlier daemon recorded.</summary>
    public IReadOnlyList<GivenRow> Load()
    {
        List<GivenRow> rows = database.Read(GivenRow.All);
        lock (_lock)
        {
            _rows = rows;
            return [.. rows];
        }
    }

    /// <summary>Those that a condition is true of, oldest first.</summary>
    public IReadOnlyList<GivenRow> Where(Func<GivenRow, bool> condition)
    {
        lock (_lock)
        {
            return [.. _rows.Where(condition)];
        }
    }

    /// <summary>Whether something else holds the same address of the same pool.</summary>
    public bool IsShared(GivenRow row) => Where(r => r.Id != row.Id && r.Driver == row.Driver && r.Pool == row.Pool && r.Address == row.Address).Count > 0;

    /// <summary>Records one.</summary>
    public async Task<GivenRow> AddAsync(GivenRow row)
    {
        GivenRow recorded = await database.WriteAsync(row.Put, CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _rows.Add(recorded);
        }

        return recorded;
    }

    /// <summary>Forgets one.</summary>
    public async Task RemoveAsync(GivenRow row)
    {
        await database.WriteAsync(row.Delete, CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _rows.RemoveAll(r => r.Id == row.Id);
        }
    }
}

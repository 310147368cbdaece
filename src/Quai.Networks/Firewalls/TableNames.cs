using Quai.Errors;
using Quai.Metadata;
using Quai.Networks.Records;

namespace Quai.Networks.Firewalls;

/// <summary>The names of this daemon's nftables tables, the present one and earlier ones: recorded, so that none is left behind when the name changes.</summary>
internal sealed class TableNames(MetadataDatabase database, NameClaims claims, string current)
{
    private const string Recorded = "tables";

    /// <summary>Whether a table is this daemon's or another's of Quai: they keep off each other's bridges, and accept what is their own.</summary>
    public static bool IsQuais(string table) => table == "quai" || table.StartsWith("quai-", StringComparison.Ordinal);

    /// <summary>Claims the present name and records it before the table is made, beside those that there were earlier.</summary>
    /// <param name="bridge">The default bridge's name, if one was recorded: before names were recorded, tables were named after it.</param>
    /// <param name="cancellation">Gives up before anything is recorded.</param>
    /// <returns>The names of earlier tables.</returns>
    public async Task<IReadOnlyList<string>> ClaimAsync(string? bridge, CancellationToken cancellation)
    {
        if (!await claims.ClaimAsync($"table-{current}", cancellation).ConfigureAwait(false))
        {
            throw QuaiException.Conflict($"nftables table {current} is used by another quaid in this network namespace, whose data root has the same path: give this one another with --data-root");
        }

        List<string> earlier = [.. All(bridge).Where(t => t != current)];
        await RecordAsync([current, .. earlier], cancellation).ConfigureAwait(false);
        return earlier;
    }

    /// <summary>The names of all tables that are recorded.</summary>
    /// <param name="bridge">The default bridge's name, if one was recorded.</param>
    public IReadOnlyList<string> All(string? bridge)
    {
        string? recorded = database.Read(connection => NetworkTables.Fact(connection, Recorded));
        string? before = recorded ?? (bridge is null ? null : bridge == new NetworkOptions().Bridge ? "quai" : $"quai-{bridge}");
        return (before ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Deletes all tables, for a daemon that writes none.</summary>
    public async Task DeleteAllAsync(IReadOnlyList<string> tables, Firewall firewall, CancellationToken cancellation)
    {
        foreach (string table in tables)
        {
            if (await claims.ClaimAsync($"table-{table}", cancellation).ConfigureAwait(false))
            {
                firewall.DeleteTables(table);
            }
        }

        await RecordAsync([], cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes earlier tables and forgets them.</summary>
    /// <param name="earlier">Their names.</param>
    /// <param name="firewall">That deletes them.</param>
    /// <param name="cancellation">Gives up; the next start does it again.</param>
    public async Task DeleteAsync(IReadOnlyList<string> earlier, Firewall firewall, CancellationToken cancellation)
    {
        if (earlier.Count == 0)
        {
            return;
        }

        // One that is claimed belongs to the daemon whose data root this one's was copied from.
        foreach (string table in earlier.Where(t => claims.TryClaim($"table-{t}")))
        {
            firewall.DeleteTables(table);
        }

        await RecordAsync([current], cancellation).ConfigureAwait(false);
    }

    private Task RecordAsync(IReadOnlyList<string> names, CancellationToken cancellation) =>
        database.WriteAsync(connection => NetworkTables.PutFact(connection, Recorded, string.Join('\n', names)), cancellation);
}

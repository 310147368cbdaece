using Microsoft.Data.Sqlite;
using Quai.Metadata;

namespace Quai.Networks.Ipam.Plugins;

/// <summary>What a plugin gave, or was asked for by name: a subnet, or an address of it. Kept until the plugin has it back.</summary>
/// <param name="Driver">The plugin.</param>
/// <param name="NetworkId">For which network.</param>
/// <param name="EndpointId">For which endpoint; null for the network's own.</param>
/// <param name="Pool">The plugin's id of the subnet.</param>
/// <param name="Subnet">The subnet, of its own row; null of an address's.</param>
/// <param name="Address">The address; null of a subnet's row.</param>
internal sealed record GivenRow(string Driver, string NetworkId, string? EndpointId, string Pool, string? Subnet, string? Address)
{
    /// <summary>The table.</summary>
    public const string Table = """
        CREATE TABLE ipam_given (
            id INTEGER PRIMARY KEY, driver TEXT NOT NULL, network TEXT NOT NULL, endpoint TEXT, pool TEXT NOT NULL, subnet TEXT, address TEXT) STRICT;
        """;

    /// <summary>Its number among the rows; 0 before it is recorded.</summary>
    public long Id { get; init; }

    /// <summary>Whether it is an address for a network itself: its gateway, or an auxiliary one.</summary>
    public bool IsNetworks => EndpointId is null && Address is not null;

    /// <summary>All of them.</summary>
    public static List<GivenRow> All(SqliteConnection connection) => connection.Rows(
        "SELECT id, driver, network, endpoint, pool, subnet, address FROM ipam_given ORDER BY id",
        row => new GivenRow(row.GetString(1), row.GetString(2), Text(row, 3), row.GetString(4), Text(row, 5), Text(row, 6)) { Id = row.GetInt64(0) });

    /// <summary>Records it.</summary>
    /// <returns>The row with its number.</returns>
    public GivenRow Put(SqliteConnection connection)
    {
        connection.Run(
            "INSERT INTO ipam_given (driver, network, endpoint, pool, subnet, address) VALUES ($driver,$network,$endpoint,$pool,$subnet,$address)",
            ("$driver", Driver),
            ("$network", NetworkId),
            ("$endpoint", EndpointId),
            ("$pool", Pool),
            ("$subnet", Subnet),
            ("$address", Address));
        return this with { Id = connection.Scalar<long>("SELECT last_insert_rowid()") };
    }

    /// <summary>Forgets it.</summary>
    public void Delete(SqliteConnection connection) => connection.Run("DELETE FROM ipam_given WHERE id=$id", ("$id", Id));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

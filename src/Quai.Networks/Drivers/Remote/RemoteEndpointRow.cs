using System.Text.Json;
using Microsoft.Data.Sqlite;
using Quai.Metadata;

namespace Quai.Networks.Drivers.Remote;

/// <summary>An endpoint that a plugin was asked for. Kept until the plugin has taken it back.</summary>
/// <param name="Id">The endpoint's id.</param>
/// <param name="NetworkId">On which network.</param>
/// <param name="Driver">The plugin.</param>
/// <param name="Step">How far it was asked.</param>
/// <param name="Interface">What it made; null before it is known.</param>
internal sealed record RemoteEndpointRow(string Id, string NetworkId, string Driver, RemoteStep Step, RemoteInterface? Interface)
{
    /// <summary>The table.</summary>
    public const string Table =
        "CREATE TABLE plugin_endpoints (id TEXT PRIMARY KEY, network TEXT NOT NULL, driver TEXT NOT NULL, step INTEGER NOT NULL, interface TEXT) STRICT, WITHOUT ROWID;";

    /// <summary>All of them.</summary>
    public static List<RemoteEndpointRow> All(SqliteConnection connection) => connection.Rows(
        "SELECT id, network, driver, step, interface FROM plugin_endpoints",
        row => new RemoteEndpointRow(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            (RemoteStep)row.GetInt64(3),
            row.IsDBNull(4) ? null : JsonSerializer.Deserialize(row.GetString(4), RemoteJson.Default.RemoteInterface)));

    /// <summary>Records it.</summary>
    public void Put(SqliteConnection connection) => connection.Run(
        "INSERT INTO plugin_endpoints VALUES ($id,$network,$driver,$step,$interface) ON CONFLICT(id) DO UPDATE SET step=$step, interface=$interface",
        ("$id", Id),
        ("$network", NetworkId),
        ("$driver", Driver),
        ("$step", (long)Step),
        ("$interface", Interface is null ? null : JsonSerializer.Serialize(Interface, RemoteJson.Default.RemoteInterface)));

    /// <summary>Forgets it.</summary>
    public static void Delete(SqliteConnection connection, string id) => connection.Run("DELETE FROM plugin_endpoints WHERE id=$id", ("$id", id));
}

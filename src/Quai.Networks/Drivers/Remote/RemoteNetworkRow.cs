using Microsoft.Data.Sqlite;
using Quai.Metadata;

namespace Quai.Networks.Drivers.Remote;

/// <summary>A network that a plugin was asked to make. Kept until the plugin has taken it away.</summary>
/// <param name="Id">The network's id.</param>
/// <param name="Driver">The plugin.</param>
/// <param name="Scope">How far it reaches, by what the plugin says.</param>
/// <param name="Made">Whether the plugin said that it is made.</param>
internal sealed record RemoteNetworkRow(string Id, string Driver, string Scope, bool Made)
{
    /// <summary>The table.</summary>
    public const string Table = "CREATE TABLE plugin_networks (id TEXT PRIMARY KEY, driver TEXT NOT NULL, scope TEXT NOT NULL, made INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

    /// <summary>All of them.</summary>
    public static List<RemoteNetworkRow> All(SqliteConnection connection) => connection.Rows(
        "SELECT id, driver, scope, made FROM plugin_networks", row => new RemoteNetworkRow(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3) != 0));

    /// <summary>Records it.</summary>
    public void Put(SqliteConnection connection) => connection.Run(
        "INSERT INTO plugin_networks VALUES ($id,$driver,$scope,$made) ON CONFLICT(id) DO UPDATE SET made=$made",
        ("$id", Id),
        ("$driver", Driver),
        ("$scope", Scope),
        ("$made", Made ? 1 : 0));

    /// <summary>Forgets it.</summary>
    public static void Delete(SqliteConnection connection, string id) => connection.Run("DELETE FROM plugin_networks WHERE id=$id", ("$id", id));
}

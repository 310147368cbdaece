using Microsoft.Data.Sqlite;
using Quai.Metadata;

namespace Quai.Networks.Ipam.Dhcp;

/// <summary>The address that a container had on a network when it last ran: it asks for the same one again.</summary>
/// <param name="NetworkId">The network.</param>
/// <param name="ContainerId">The container.</param>
/// <param name="Address">The address.</param>
/// <param name="Released">Whether it was given back; where not, the server has it lent yet.</param>
/// <param name="Until">When that is of no account any more.</param>
internal sealed record EarlierLease(string NetworkId, string ContainerId, string Address, bool Released, DateTimeOffset Until)
{
    /// <summary>The table.</summary>
    public const string Table = """
        CREATE TABLE dhcp_earlier (
            network TEXT NOT NULL, container TEXT NOT NULL, address TEXT NOT NULL, released INTEGER NOT NULL, until INTEGER NOT NULL,
            PRIMARY KEY (network, container)) STRICT, WITHOUT ROWID;
        """;

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);

    /// <summary>Of a lease that is in use no longer.</summary>
    public static EarlierLease Of(string networkId, string containerId, Sources.EndpointLease lease, bool released, DateTimeOffset now)
    {
        DateTimeOffset end = lease.EndsAfter is { } seconds ? lease.Since + TimeSpan.FromSeconds(seconds) : DateTimeOffset.MaxValue;
        return new EarlierLease(networkId, containerId, lease.Address, released, end < now + s_longest ? end : now + s_longest);
    }

    /// <summary>A container's on a network, if it is of account yet.</summary>
    public static EarlierLease? Find(SqliteConnection connection, string networkId, string containerId, DateTimeOffset now) => connection.Rows(
        "SELECT address, released, until FROM dhcp_earlier WHERE network=$network AND container=$container AND until>$now",
        row => new EarlierLease(networkId, containerId, row.GetString(0), row.GetInt64(1) != 0, DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2))),
        ("$network", networkId),
        ("$container", containerId),
        ("$now", now.ToUnixTimeMilliseconds())).FirstOrDefault();

    /// <summary>Records it, and forgets those that are of no account any more.</summary>
    public void Put(SqliteConnection connection, DateTimeOffset now)
    {
        connection.Run("DELETE FROM dhcp_earlier WHERE until<=$now", ("$now", now.ToUnixTimeMilliseconds()));
        connection.Run(
            "INSERT INTO dhcp_earlier VALUES ($network,$container,$address,$released,$until) ON CONFLICT DO UPDATE SET address=$address, released=$released, until=$until",
            ("$network", NetworkId),
            ("$container", ContainerId),
            ("$address", Address),
            ("$released", Released ? 1L : 0L),
            ("$until", Until.ToUnixTimeMilliseconds()));
    }

    /// <summary>Forgets those of a network.</summary>
    public static void Forget(SqliteConnection connection, string networkId) => connection.Run("DELETE FROM dhcp_earlier WHERE network=$network", ("$network", networkId));
}

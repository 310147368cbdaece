using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Sqlite;
using Quai.Metadata;

namespace Quai.Networks;

/// <summary>A network's row.</summary>
internal sealed record StoredNetwork(string Id, string Name, string Driver, string? Subnet, IPAddress? Gateway, string? Bridge, bool OwnsBridge, DateTimeOffset Created);

/// <summary>An endpoint's row.</summary>
internal sealed record StoredEndpoint(string Id, string ContainerId, string NetworkId, uint Address, string MacAddress, string HostInterface, PublishedPort[] Ports);

/// <summary>What networks and endpoints are recorded as. An endpoint with all its ports is one row, so a lease is one small write.</summary>
internal static class NetworkStore
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new Migration("networks", 1, """
            CREATE TABLE networks (
                id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, driver TEXT NOT NULL, subnet TEXT, gateway TEXT,
                bridge TEXT, owns_bridge INTEGER NOT NULL, created INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE endpoints (
                id TEXT PRIMARY KEY, container TEXT NOT NULL, network TEXT NOT NULL REFERENCES networks(id), address INTEGER NOT NULL,
                mac TEXT NOT NULL, host_interface TEXT NOT NULL, ports TEXT NOT NULL, UNIQUE (network, address)) STRICT, WITHOUT ROWID;
            """),
        new Migration("networks", 2, "CREATE TABLE network_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"),
    ];

    public static List<StoredNetwork> Networks(SqliteConnection connection) => connection.Rows(
        "SELECT id, name, driver, subnet, gateway, bridge, owns_bridge, created FROM networks",
        row => new StoredNetwork(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.IsDBNull(3) ? null : row.GetString(3),
            row.IsDBNull(4) ? null : IPAddress.Parse(row.GetString(4)),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.GetInt64(6) != 0,
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7))));

    public static void Put(SqliteConnection connection, StoredNetwork network) => connection.Run(
        "INSERT INTO networks VALUES ($id,$name,$driver,$subnet,$gateway,$bridge,$owns,$created) ON CONFLICT(id) DO UPDATE SET subnet=$subnet, gateway=$gateway, bridge=$bridge, owns_bridge=$owns",
        ("$id", network.Id),
        ("$name", network.Name),
        ("$driver", network.Driver),
        ("$subnet", network.Subnet),
        ("$gateway", network.Gateway?.ToString()),
        ("$bridge", network.Bridge),
        ("$owns", network.OwnsBridge ? 1 : 0),
        ("$created", network.Created.ToUnixTimeMilliseconds()));

    public static List<StoredEndpoint> Endpoints(SqliteConnection connection) => connection.Rows(
        "SELECT id, container, network, address, mac, host_interface, ports FROM endpoints",
        row => new StoredEndpoint(row.GetString(0), row.GetString(1), row.GetString(2), (uint)row.GetInt64(3), row.GetString(4), row.GetString(5), ParsePorts(row.GetString(6))));

    public static void Put(SqliteConnection connection, StoredEndpoint endpoint) => connection.Run(
        "INSERT INTO endpoints VALUES ($id,$container,$network,$address,$mac,$interface,$ports)",
        ("$id", endpoint.Id),
        ("$container", endpoint.ContainerId),
        ("$network", endpoint.NetworkId),
        ("$address", (long)endpoint.Address),
        ("$mac", endpoint.MacAddress),
        ("$interface", endpoint.HostInterface),
        ("$ports", FormatPorts(endpoint.Ports)));

    public static void DeleteEndpoint(SqliteConnection connection, string id) => connection.Run("DELETE FROM endpoints WHERE id=$id", ("$id", id));

    /// <summary>Something that is to be known about the host after a crash, or null.</summary>
    public static string? Fact(SqliteConnection connection, string name) =>
        connection.Rows("SELECT value FROM network_facts WHERE name=$name", row => row.GetString(0), ("$name", name)).FirstOrDefault();

    /// <summary>Records a fact, or forgets it where it is null.</summary>
    public static void PutFact(SqliteConnection connection, string name, string? value)
    {
        if (value is null)
        {
            connection.Run("DELETE FROM network_facts WHERE name=$name", ("$name", name));
        }
        else
        {
            connection.Run("INSERT INTO network_facts VALUES ($name,$value) ON CONFLICT(name) DO UPDATE SET value=$value", ("$name", name), ("$value", value));
        }
    }

    /// <summary>One line a port: <c>80 tcp 0.0.0.0 8080</c>.</summary>
    internal static string FormatPorts(IReadOnlyList<PublishedPort> ports)
    {
        if (ports.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder(ports.Count * 24);
        foreach (PublishedPort port in ports)
        {
            text.Append(CultureInfo.InvariantCulture, $"{port.ContainerPort} {port.Protocol} {port.HostAddress} {port.HostPort}\n");
        }

        return text.ToString();
    }

    internal static PublishedPort[] ParsePorts(string text) =>
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            string[] parts = line.Split(' ');
            return new PublishedPort(ushort.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], IPAddress.Parse(parts[2]), ushort.Parse(parts[3], CultureInfo.InvariantCulture));
        }),
    ];
}

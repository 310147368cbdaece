using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Quai.Metadata;
using Quai.Networks.Drivers.Remote;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Plugins;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Ports;

namespace Quai.Networks.Records;

/// <summary>What networks and endpoints are recorded as.</summary>
internal static class NetworkTables
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

        // Many networks of both families, many endpoints of a container.
        new Migration("networks", 3, """
            ALTER TABLE networks RENAME COLUMN bridge TO interface;
            ALTER TABLE networks RENAME COLUMN owns_bridge TO owns_interface;
            ALTER TABLE networks ADD COLUMN subnets TEXT NOT NULL DEFAULT '';
            ALTER TABLE networks ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
            UPDATE networks SET subnets = gateway || substr(subnet, instr(subnet, '/')) WHERE subnet IS NOT NULL AND gateway IS NOT NULL;
            ALTER TABLE networks DROP COLUMN subnet;
            ALTER TABLE networks DROP COLUMN gateway;
            ALTER TABLE endpoints RENAME TO earlier_endpoints;
            CREATE TABLE endpoints (
                id TEXT PRIMARY KEY, container TEXT NOT NULL, network TEXT NOT NULL REFERENCES networks(id), ipv4 TEXT, ipv6 TEXT,
                mac TEXT NOT NULL, interface INTEGER NOT NULL, host_interface TEXT NOT NULL, ports TEXT NOT NULL, gateway_priority INTEGER NOT NULL,
                UNIQUE (network, ipv4), UNIQUE (network, ipv6), UNIQUE (network, container)) STRICT, WITHOUT ROWID;
            INSERT INTO endpoints SELECT id, container, network,
                (address >> 24) || '.' || (address >> 16 & 255) || '.' || (address >> 8 & 255) || '.' || (address & 255), NULL,
                mac, 0, host_interface, ports, 0 FROM earlier_endpoints;
            DROP TABLE earlier_endpoints;
            """),
        new Migration("networks", 4, "ALTER TABLE networks ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';"),
        new Migration("networks", 5, "ALTER TABLE endpoints ADD COLUMN interface_name TEXT;"),
        new Migration("networks", 6, "ALTER TABLE endpoints ADD COLUMN egress TEXT;"),
        new Migration("networks", 7, "CREATE TABLE retired_interfaces (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"),

        // Addresses that others give.
        new Migration("networks", 8, $"ALTER TABLE endpoints ADD COLUMN lease TEXT; {GivenRow.Table} {EarlierLease.Table}"),

        // Networks that plugins make.
        new Migration("networks", 9, $"{RemoteNetworkRow.Table} {RemoteEndpointRow.Table}"),
    ];

    public static List<NetworkRecord> Networks(SqliteConnection connection) => connection.Rows(
        "SELECT id, name, driver, interface, owns_interface, created, subnets, options, attributes FROM networks",
        row => new NetworkRecord(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.IsDBNull(3) ? null : row.GetString(3),
            row.GetInt64(4) != 0,
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)))
        {
            Subnets = [.. row.GetString(6).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(SubnetRecord.Parse)],
            Options = JsonSerializer.Deserialize(row.GetString(7), NetworkJson.Default.DictionaryStringString)!,
            Attributes = row.GetString(8) is "{}" ? new NetworkAttributes() : JsonSerializer.Deserialize(row.GetString(8), NetworkJson.Default.NetworkAttributes)!,
        });

    public static void Put(SqliteConnection connection, NetworkRecord network) => connection.Run(
        """
        INSERT INTO networks (id, name, driver, interface, owns_interface, created, subnets, options, attributes) VALUES ($id,$name,$driver,$interface,$owns,$created,$subnets,$options,$attributes)
        ON CONFLICT(id) DO UPDATE SET interface=$interface, owns_interface=$owns, subnets=$subnets, options=$options
        """,
        ("$id", network.Id),
        ("$name", network.Name),
        ("$driver", network.Driver),
        ("$interface", network.Interface),
        ("$owns", network.OwnsInterface ? 1 : 0),
        ("$created", network.Created.ToUnixTimeMilliseconds()),
        ("$subnets", string.Join('\n', network.Subnets)),
        ("$options", JsonSerializer.Serialize(new Dictionary<string, string>(network.Options), NetworkJson.Default.DictionaryStringString)),
        ("$attributes", JsonSerializer.Serialize(network.Attributes, NetworkJson.Default.NetworkAttributes)));

    public static void DeleteNetwork(SqliteConnection connection, string id) => connection.Run("DELETE FROM networks WHERE id=$id", ("$id", id));

    /// <summary>Interfaces of removed networks that are not deleted yet.</summary>
    public static List<string> Retired(SqliteConnection connection) => connection.Rows("SELECT name FROM retired_interfaces", row => row.GetString(0));

    public static void PutRetired(SqliteConnection connection, string name) => connection.Run("INSERT OR IGNORE INTO retired_interfaces VALUES ($name)", ("$name", name));

    public static void DeleteRetired(SqliteConnection connection, string name) => connection.Run("DELETE FROM retired_interfaces WHERE name=$name", ("$name", name));

    public static List<EndpointRow> Endpoints(SqliteConnection connection) => connection.Rows(
        "SELECT id, container, network, ipv4, ipv6, mac, interface, host_interface, ports, gateway_priority, interface_name, egress, lease FROM endpoints ORDER BY container, interface",
        row => new EndpointRow(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.IsDBNull(3) ? null : IPAddress.Parse(row.GetString(3)),
            row.IsDBNull(4) ? null : IPAddress.Parse(row.GetString(4)),
            row.GetString(5),
            (int)row.GetInt64(6),
            row.GetString(7),
            ParsePorts(row.GetString(8)),
            (int)row.GetInt64(9))
        {
            InterfaceName = row.IsDBNull(10) ? null : row.GetString(10),
            Egress = row.IsDBNull(11) ? null : row.GetString(11),
            Lease = row.IsDBNull(12) ? null : JsonSerializer.Deserialize(row.GetString(12), NetworkJson.Default.EndpointLease),
        });

    public static void Put(SqliteConnection connection, EndpointRow endpoint) => connection.Run(
        "INSERT INTO endpoints VALUES ($id,$container,$network,$ipv4,$ipv6,$mac,$interface,$host,$ports,$priority,$name,$egress,$lease)",
        ("$lease", LeaseText(endpoint.Lease)),
        ("$egress", endpoint.Egress),
        ("$name", endpoint.InterfaceName),
        ("$id", endpoint.Id),
        ("$container", endpoint.ContainerId),
        ("$network", endpoint.NetworkId),
        ("$ipv4", endpoint.IPv4?.ToString()),
        ("$ipv6", endpoint.IPv6?.ToString()),
        ("$mac", endpoint.MacAddress),
        ("$interface", (long)endpoint.Interface),
        ("$host", endpoint.HostInterface),
        ("$ports", FormatPorts(endpoint.Ports)),
        ("$priority", (long)endpoint.GatewayPriority));

    public static void PutPorts(SqliteConnection connection, Endpoint endpoint) =>
        connection.Run("UPDATE endpoints SET ports=$ports WHERE id=$id", ("$id", endpoint.Id), ("$ports", FormatPorts(endpoint.Ports)));

    public static void PutLease(SqliteConnection connection, string endpointId, EndpointLease lease) =>
        connection.Run("UPDATE endpoints SET lease=$lease WHERE id=$id", ("$id", endpointId), ("$lease", LeaseText(lease)));

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

    private static string? LeaseText(EndpointLease? lease) => lease is null ? null : JsonSerializer.Serialize(lease, NetworkJson.Default.EndpointLease);

    /// <summary>One line a port: <c>80 tcp 0.0.0.0 8080</c>.</summary>
    private static string FormatPorts(IReadOnlyList<PublishedPort> ports)
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

    private static PublishedPort[] ParsePorts(string text) =>
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            string[] parts = line.Split(' ');
            return new PublishedPort(ushort.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], IPAddress.Parse(parts[2]), ushort.Parse(parts[3], CultureInfo.InvariantCulture));
        }),
    ];
}

/// <summary>Shapes that are recorded as JSON.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(NetworkAttributes))]
[JsonSerializable(typeof(EndpointLease))]
internal sealed partial class NetworkJson : JsonSerializerContext;

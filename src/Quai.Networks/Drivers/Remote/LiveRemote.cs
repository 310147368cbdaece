using System.Globalization;
using System.Net;
using Quai.Networks.Firewalls;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers.Remote;

/// <summary>A network of a plugin's. Whether the plugin is there is seen when it is needed.</summary>
internal sealed class LiveRemote(NetworkRecord record, RemoteLedger ledger) : ILiveNetwork
{
    // Indexes from here on are what no host gets to by counting: 28 bits of the endpoint's id above it.
    private const int FirstIndex = 0x4000_0000;

    /// <inheritdoc/>
    public NetworkRecord Record => record;

    /// <inheritdoc/>
    public Network Network { get; } = new(record.Id, record.Name, record.Driver, record.Created)
    {
        Scope = ledger.Network(record.Id)?.Scope ?? "local",
        IsPlugins = true,
        Options = record.Options,
        Attributes = record.Attributes,
        Subnets = [.. record.Subnets.Select(s => s.ToSubnet())],
        PublishesPorts = false,
    };

    /// <inheritdoc/>
    public FirewalledBridge? Firewalled => null;

    /// <summary>Nothing: what there is to attach is known once the plugin was asked (<see cref="RemoteNetworks"/>).</summary>
    public SandboxSetup Attach(EndpointPlace place) => new([]);

    /// <summary>The one that is asked for, else the plugin's choice or the interface's own.</summary>
    public byte[] MacOf(byte[]? asked, IPAddress leased) => asked ?? [];

    /// <inheritdoc/>
    public SandboxInterface InterfaceOf(EndpointRow row) =>
        new(row.Interface, row.InterfaceName) { Chosen = FirstIndex + int.Parse(row.Id.AsSpan(0, 7), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) };

    /// <inheritdoc/>
    public bool Keeps(EndpointRow row, IReadOnlySet<string> hostInterfaces) => ledger.Endpoint(row.Id) is { Interface: not null };

    /// <inheritdoc/>
    public void Detach(IReadOnlySet<string> hostInterfaces)
    {
    }

    /// <inheritdoc/>
    public void Mend(IReadOnlySet<string> hostInterfaces)
    {
    }
}

using System.Globalization;
using System.Net;
using Quai.Networks.Drivers.Bridges;
using Quai.Networks.Firewalls;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers.Parents;

/// <summary>A network upon a parent that is there. The host has nothing of its containers: their interfaces are in their namespaces from the beginning, and go with them.</summary>
internal sealed class LiveParent(IChildKind kind, ParentDevice device, ParentSettings settings, NetworkRecord record) : ILiveNetwork
{
    // Indexes from here on are what no host gets to by counting: 28 bits of the endpoint's id above it.
    private const int FirstIndex = 0x2000_0000;

    /// <inheritdoc/>
    public NetworkRecord Record => record;

    /// <inheritdoc/>
    public Network Network { get; } = new(record.Id, record.Name, record.Driver, record.Created)
    {
        Mtu = settings.Mtu,
        Options = record.Options,
        Attributes = record.Attributes,
        Subnets = [.. record.Subnets.Select(s => s.ToSubnet() with { HasGateway = kind.HasGateway(record.Options) && !record.Attributes.Internal })],
        PublishesPorts = false,
        RoutesByInterface = !kind.HasGateway(record.Options),
    };

    /// <inheritdoc/>
    public FirewalledBridge? Firewalled => null;

    /// <inheritdoc/>
    public SandboxSetup Attach(EndpointPlace place) =>

        // The parent may be another one than at the network's beginning. Where it is gone, the kernel says so when the messages are sent.
        ChildMessages.Build(kind, place, new ChildPlace(record.Interface!, device.Find(record.Interface!)?.Index, settings.Mtu), record.Options, BridgeSysctls.KernelHasIPv6);

    /// <inheritdoc/>
    public byte[] MacOf(byte[]? asked, IPAddress leased) => kind.MacOf(asked, leased);

    /// <inheritdoc/>
    public SandboxInterface InterfaceOf(EndpointRow row) =>
        new(row.Interface, row.InterfaceName) { Chosen = FirstIndex + int.Parse(row.Id.AsSpan(0, 7), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) };

    /// <inheritdoc/>
    public bool Keeps(EndpointRow row, IReadOnlySet<string> hostInterfaces) => true;

    /// <inheritdoc/>
    public void Detach(IReadOnlySet<string> hostInterfaces)
    {
    }

    /// <inheritdoc/>
    public void Mend(IReadOnlySet<string> hostInterfaces)
    {
    }
}

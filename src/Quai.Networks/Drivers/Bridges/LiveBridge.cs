using System.Net.Sockets;
using Quai.Networks.Firewalls;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Ipam;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>A bridge that is there, with its settings.</summary>
internal sealed class LiveBridge(BridgeDevice device, BridgeSettings settings, BridgeState state, NetworkRecord record) : ILiveNetwork
{
    /// <inheritdoc/>
    public NetworkRecord Record => record;

    /// <inheritdoc/>
    public Network Network { get; } = new(record.Id, record.Name, record.Driver, record.Created)
    {
        Interface = settings.Interface,
        Mtu = settings.Mtu,
        BindAddress = settings.BindAddress,
        InterfacePrefix = settings.InterfacePrefix,
        TranslatesIPv4 = settings.IPv4?.Translates == true,
        TranslatesIPv6 = settings.IPv6?.Translates == true,
        Relays = settings.Relays,
        Egress = settings.Egress,
        Options = settings.Shown,
        Attributes = record.Attributes,
        Subnets = [.. record.Subnets.Select(s => s.ToSubnet() with { HasGateway = Of(settings, s)?.Mode != GatewayMode.Isolated, Router = Of(settings, s)?.Router })],
    };

    /// <inheritdoc/>
    public FirewalledBridge? Firewalled { get; } = new FirewalledBridge(settings.Interface, settings.InterContainer, state.Closed, record.Attributes.Internal)
    {
        IPv4 = SubnetOf(settings, record, state.IPv4, settings.IPv4),
        IPv6 = SubnetOf(settings, record, state.IPv6, settings.IPv6),
        Trusted = settings.Trusted,
        DirectRouting = settings.DirectRouting,
        Accepted = settings.AcceptedMark,
        Egress = settings.Egress,
    };

    /// <inheritdoc/>
    public SandboxSetup Attach(EndpointPlace place) => EndpointMessages.Build(place, state, settings, BridgeDevice.FiltersBridgedTraffic, BridgeSysctls.KernelHasIPv6);

    /// <inheritdoc/>
    public void Detach(IReadOnlySet<string> hostInterfaces) => device.DeletePorts(state.Index, hostInterfaces);

    /// <inheritdoc/>
    public void Mend(IReadOnlySet<string> hostInterfaces) => device.MendPorts(state, hostInterfaces);

    private static BridgeFamily? Of(BridgeSettings settings, SubnetRecord subnet) => subnet.Gateway.Address.AddressFamily == AddressFamily.InterNetwork ? settings.IPv4 : settings.IPv6;

    private static FirewalledSubnet? SubnetOf(BridgeSettings settings, NetworkRecord record, InterfaceAddress? address, BridgeFamily? family) =>
        address is not { } own || family is null ? null
            : new FirewalledSubnet(own.Network, family.Mode, settings.Masquerade && family.Translates && !record.Attributes.Internal, family.Source);
}

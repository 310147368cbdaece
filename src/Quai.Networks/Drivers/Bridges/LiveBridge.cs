using Quai.Networks.Firewalls;
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
        Options = settings.Shown,
        Attributes = record.Attributes,
        Subnets = [.. record.Subnets.Select(s => s.ToSubnet())],
    };

    /// <inheritdoc/>
    public FirewalledBridge? Firewalled => new FirewalledBridge(settings.Interface, state.Address.Network, settings.Masquerade && !record.Attributes.Internal, settings.InterContainer, state.Closed, record.Attributes.Internal);

    /// <inheritdoc/>
    public SandboxSetup Attach(EndpointPlace place) => EndpointMessages.Build(place, state, settings, BridgeDevice.FiltersBridgedTraffic, BridgeSysctls.KernelHasIPv6);

    /// <inheritdoc/>
    public void Detach(IReadOnlySet<string> hostInterfaces) => device.DeletePorts(state.Index, hostInterfaces);

    /// <inheritdoc/>
    public void Mend(IReadOnlySet<string> hostInterfaces) => device.MendPorts(state, hostInterfaces);
}

using System.Net;
using Quai.Errors;
using Quai.Networks.State;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>The overlay networks of this host, for whoever tells them of the others.</summary>
/// <param name="driver">Where the tunnels are.</param>
/// <param name="endpoints">The containers' places on networks.</param>
internal sealed class OverlayNetworks(OverlayDriver driver, EndpointDirectory endpoints) : IOverlayNetworks
{
    /// <inheritdoc/>
    public IReadOnlyList<IPAddress> Peers(string networkId) => Tunnel(networkId).Peers;

    /// <inheritdoc/>
    public void AddPeer(string networkId, IPAddress peer) => Tunnel(networkId).AddPeer(peer);

    /// <inheritdoc/>
    public void RemovePeer(string networkId, IPAddress peer) => Tunnel(networkId).RemovePeer(peer);

    /// <inheritdoc/>
    public void AddEndpoint(string networkId, OverlayEndpoint endpoint) => Tunnel(networkId).AddEndpoint(endpoint);

    /// <inheritdoc/>
    public void RemoveEndpoint(string networkId, OverlayEndpoint endpoint) => Tunnel(networkId).RemoveEndpoint(endpoint);

    /// <inheritdoc/>
    public IReadOnlyList<OverlayEndpoint> LocalEndpoints(string networkId)
    {
        IPAddress local = Tunnel(networkId).Settings.Local;
        return [.. endpoints.OfNetwork(networkId).Select(e => new OverlayEndpoint(e.MacAddress, [.. new[] { e.IPv4, e.IPv6 }.OfType<EndpointAddress>().Select(a => a.Address)], local))];
    }

    /// <inheritdoc/>
    public void SetKeys(string networkId, OverlayKeys keys) => Tunnel(networkId).SetKeys(keys);

    private OverlayTunnel Tunnel(string networkId) => driver.Find(networkId) ?? throw QuaiException.NotFound($"overlay network {networkId} is not there on this host");
}

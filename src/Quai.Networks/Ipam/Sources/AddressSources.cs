using Microsoft.Extensions.Logging;
using Quai.Linux.Netlink;
using Quai.Metadata;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Plugins;
using Quai.Networks.Records;
using Quai.Plugins;
using Quai.Plugins.Addresses;

namespace Quai.Networks.Ipam.Sources;

/// <summary>The sources of addresses that there are, put together.</summary>
internal sealed class AddressSources : IDisposable
{
    private readonly PoolAddresses _pools = new();
    private readonly NoAddresses _none = new();
    private readonly PluginRegistry _registry;
    private readonly PluginAddresses _plugins;
    private readonly ParentLinks _links;
    private readonly DhcpAddresses _dhcp;

    /// <param name="database">Where is recorded what others gave.</param>
    /// <param name="route">NETLINK_ROUTE in the host's namespace.</param>
    /// <param name="registry">The host's plugins, from now on this one's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what nobody waits for.</param>
    /// <param name="lost">Told the endpoints that must not use their addresses any longer, and why.</param>
    public AddressSources(MetadataDatabase database, NetlinkSocket route, PluginRegistry registry, TimeProvider time, ILogger logger, Action<string, string> lost)
    {
        _registry = registry;
        _plugins = new PluginAddresses(new AddressPlugins(registry), new GivenLedger(database), logger);
        _links = new ParentLinks(name => Links.Find(route, name));
        _dhcp = new DhcpAddresses(database, _links, time, logger, lost);
    }

    /// <summary>The source of a network; one that is none of Quai's is a plugin's.</summary>
    public IAddressSource Of(NetworkRecord network) => network.Attributes.IpamDriver switch
    {
        PoolAddresses.Name => _pools,
        NoAddresses.Name => _none,
        DhcpAddresses.Name => _dhcp,
        _ => _plugins,
    };

    /// <summary>Run once at start, when it is known what is kept; what needs others is done in the background.</summary>
    /// <param name="networks">The networks that there are.</param>
    /// <param name="endpoints">The endpoints that are kept.</param>
    public void Recover(IReadOnlyList<NetworkRecord> networks, IReadOnlyList<Endpoint> endpoints)
    {
        _ = _plugins.RecoverAsync([.. networks.Where(n => Of(n) == _plugins)], endpoints.Select(e => e.Id).ToHashSet());
        _dhcp.Recover(endpoints, networks.ToDictionary(n => n.Id));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _dhcp.Dispose();
        _links.Dispose();
        _registry.Dispose();
    }
}

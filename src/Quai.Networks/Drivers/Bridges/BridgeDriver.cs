using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Networks.Ipam;
using Quai.Networks.Firewalls;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Bridges;

/// <summary>Networks behind a bridge of the host: the default one, whose settings are the daemon's, and others with settings of their own.</summary>
/// <param name="route">NETLINK_ROUTE in the host's namespace.</param>
/// <param name="options">The daemon's settings.</param>
/// <param name="claims">Names that this daemon alone uses.</param>
/// <param name="subnets">Where subnets come from that nobody named.</param>
internal sealed class BridgeDriver(NetlinkSocket route, NetworkOptions options, NameClaims claims, FreeSubnets subnets) : INetworkDriver
{
    private readonly BridgeDevice _device = new(route, options.Owner, options.Firewall, subnets);

    /// <inheritdoc/>
    public string Name => "bridge";

    /// <inheritdoc/>
    public async Task<NetworkRecord> ClaimAsync(NetworkRecord record, CancellationToken cancellation)
    {
        BridgeSettings settings = BridgeOptions.Of(record, options);
        BridgeDevice.CheckName(settings.Interface);

        // The others' names are nobody else's by the mark that they carry.
        if (record.Name == "bridge" && !await claims.ClaimAsync($"bridge-{settings.Interface}", cancellation).ConfigureAwait(false))
        {
            throw QuaiException.Conflict($"bridge {settings.Interface} is used by another quaid in this network namespace: give this one a bridge of its own with --bridge");
        }

        bool recorded = record.Interface == settings.Interface && record.OwnsInterface;
        return record with { Interface = settings.Interface, OwnsInterface = _device.IsOurs(settings.Interface, recorded) };
    }

    /// <inheritdoc/>
    public void CheckHost(NetworkRecord record)
    {
        if (!record.OwnsInterface)
        {
            return;
        }

        BridgeSettings settings = BridgeOptions.Of(record, options);
        foreach (InterfaceAddress asked in record.Subnets.Select(s => s.Gateway))
        {
            if ((asked.Address.AddressFamily == AddressFamily.InterNetwork ? settings.IPv4 : settings.IPv6)?.HasAddress == true)
            {
                subnets.CheckHost(asked);
            }
        }
    }

    /// <inheritdoc/>
    public ILiveNetwork Realize(NetworkRecord record, IReadOnlyList<IPNetwork> taken)
    {
        BridgeSettings settings = BridgeOptions.Of(record, options);
        BridgeState state = _device.Ensure(settings, [.. record.Subnets.Select(s => s.Gateway)], record.OwnsInterface, taken);
        List<SubnetRecord> subnets = [];
        Add(state.IPv4, settings.IPv4);
        Add(state.IPv6, settings.IPv6);
        return new LiveBridge(_device, settings, state, record with { Subnets = subnets });

        void Add(InterfaceAddress? address, BridgeFamily? family)
        {
            if (address is not { Network: var subnet } own || family is null)
            {
                return;
            }

            if (family.Range is { } range && (!subnet.Contains(range.BaseAddress) || range.PrefixLength < subnet.PrefixLength))
            {
                throw QuaiException.Invalid($"parent bridge network {subnet} must be a superset of the fixed CIDR {range}");
            }

            if (family.Router is { } router && !subnet.Contains(router))
            {
                throw QuaiException.Invalid($"default gateway {router} is not an address of network {record.Name} ({subnet})");
            }

            subnets.Add(new SubnetRecord(own, family.Range));
        }
    }

    /// <inheritdoc/>
    public void Delete(NetworkRecord record)
    {
        if (record is { OwnsInterface: true, Interface: { } name })
        {
            _device.Delete(name);
        }
    }

    /// <inheritdoc/>
    public string? Retire(NetworkRecord record) =>
        record is { OwnsInterface: true, Interface: { } name } && _device.Retire(name, [.. record.Subnets.Select(s => s.Gateway)]) ? name : null;
}

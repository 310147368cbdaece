using System.Net;
using System.Net.Sockets;
using Quai.Networks.Egress;
using Quai.Networks.Ipam;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Remote;

/// <summary>
/// Networks that a plugin of the host makes. What is decided here is Quai's part of it: their subnets. The plugin is called by <see cref="RemoteNetworks"/>, while nobody else waits.
/// </summary>
/// <param name="name">The plugin.</param>
/// <param name="subnets">Where subnets come from that nobody named.</param>
/// <param name="ledger">What plugins were asked to make.</param>
internal sealed class RemoteDriver(string name, FreeSubnets subnets, RemoteLedger ledger) : INetworkDriver
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<NetworkRecord> ClaimAsync(NetworkRecord record, CancellationToken cancellation) =>
        record.Options.ContainsKey(EgressPolicy.Option) ? throw EgressRules.NotOnDriver(name) : Task.FromResult(record);

    /// <inheritdoc/>
    public ILiveNetwork Realize(NetworkRecord record, IReadOnlyList<IPNetwork> taken)
    {
        List<SubnetRecord> all = [.. record.Subnets];
        Complete(AddressFamily.InterNetwork, wanted: !record.Attributes.WithoutIPv4);
        Complete(AddressFamily.InterNetworkV6, wanted: record.Attributes.IPv6);
        return new LiveRemote(record with { Subnets = all }, ledger);

        void Complete(AddressFamily family, bool wanted)
        {
            if (wanted && record.ChoosesSubnets && !all.Exists(s => s.Gateway.Address.AddressFamily == family))
            {
                all.Add(new SubnetRecord(subnets.Choose(family, taken), null));
            }
        }
    }

    /// <inheritdoc/>
    public void Delete(NetworkRecord record)
    {
    }
}

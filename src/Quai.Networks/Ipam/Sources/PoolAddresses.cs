using System.Net;
using Quai.Networks.Records;
using Quai.Networks.State;

namespace Quai.Networks.Ipam.Sources;

/// <summary>The usual source, <c>default</c>: the daemon's own pools. Subnets are chosen by drivers, who know what the host has; addresses are leased in memory (<see cref="AddressPool"/>).</summary>
internal sealed class PoolAddresses : IAddressSource
{
    /// <summary>As <c>--ipam-driver</c> names it.</summary>
    public const string Name = "default";

    /// <inheritdoc/>
    public void Check(NetworkRecord record)
    {
    }

    /// <inheritdoc/>
    public Task<NetworkRecord> ReserveAsync(NetworkRecord record, IReadOnlyList<IPNetwork> taken, CancellationToken cancellation) => Task.FromResult(record);

    /// <inheritdoc/>
    public Task ReleaseAsync(NetworkRecord record) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<GivenAddresses?> LeaseAsync(NetworkState network, EndpointRequest request, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(NetworkRecord network, string endpointId, EndpointLease? lease) => default;
}

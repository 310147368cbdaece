using System.Net;
using Quai.Errors;
using Quai.Networks.Records;
using Quai.Networks.State;

namespace Quai.Networks.Ipam.Sources;

/// <summary>
/// The source <c>null</c>: no subnets and no addresses. As in Docker only a network without both families can have it, which macvlan and ipvlan allow: whatever is to have
/// addresses there gets them otherwise.
/// </summary>
internal sealed class NoAddresses : IAddressSource
{
    /// <summary>As <c>--ipam-driver</c> names it.</summary>
    public const string Name = "null";

    /// <inheritdoc/>
    public void Check(NetworkRecord record)
    {
        NetworkAttributes attributes = record.Attributes;
        if (attributes.Asked.Any(a => a.IsIPv6() ? attributes.IPv6 : !attributes.WithoutIPv4))
        {
            throw QuaiException.Invalid("null ipam driver does not handle specific address pool requests");
        }

        if (!attributes.WithoutIPv4 || attributes.IPv6)
        {
            throw QuaiException.Invalid($"{(attributes.WithoutIPv4 ? "ipv6" : "ipv4")} pool is empty");
        }
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

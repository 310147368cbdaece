using System.Net;
using Quai.Errors;
using Quai.Networks.Records;
using Quai.Networks.State;

namespace Quai.Networks.Ipam.Sources;

/// <summary>
/// Who gives a network its subnets and its endpoints their addresses, as <c>--ipam-driver</c> names it. The order of a network's life: <see cref="Check"/>,
/// <see cref="ReserveAsync"/>, leases, and at its end <see cref="ReleaseAsync(NetworkRecord)"/>.
/// </summary>
internal interface IAddressSource
{
    /// <summary>Refuses a network that it cannot serve, by what can be told without asking anybody.</summary>
    /// <param name="record">The network, whose subnets are not yet known.</param>
    /// <exception cref="QuaiException">It cannot be had.</exception>
    void Check(NetworkRecord record);

    /// <summary>Asks for the subnets of a network, before anything of it is made.</summary>
    /// <param name="record">Checked by <see cref="Check"/>.</param>
    /// <param name="taken">Subnets of other networks.</param>
    /// <param name="cancellation">Gives up, and gives back what was given.</param>
    /// <exception cref="QuaiException">There are none; nothing is left of the attempt.</exception>
    Task<NetworkRecord> ReserveAsync(NetworkRecord record, IReadOnlyList<IPNetwork> taken, CancellationToken cancellation);

    /// <summary>Gives back what a network has that is gone, or was never made. What cannot be given back now is tried again at the next start.</summary>
    Task ReleaseAsync(NetworkRecord record);

    /// <summary>Asks for the addresses of an endpoint.</summary>
    /// <returns>Null where the network's own pools lease them, without waiting for anybody.</returns>
    /// <exception cref="QuaiException">There are none; nothing is left of the attempt.</exception>
    ValueTask<GivenAddresses?> LeaseAsync(NetworkState network, EndpointRequest request, CancellationToken cancellation);

    /// <summary>Gives back the addresses of an endpoint that is gone, or was never made.</summary>
    /// <param name="network">Its network.</param>
    /// <param name="endpointId">Its id.</param>
    /// <param name="lease">What it leased of a server of the network; null for nothing.</param>
    ValueTask ReleaseAsync(NetworkRecord network, string endpointId, EndpointLease? lease);
}

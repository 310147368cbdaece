using System.Net;
using Quai.Errors;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers;

/// <summary>
/// One kind of network: what such a network is on the host. It keeps nothing of its own; what must outlive the daemon is in the network's record.
/// The order of a network's life: <see cref="ClaimAsync"/>, the record is written, <see cref="Realize"/>, and at its end <see cref="Delete"/>.
/// A start of the daemon goes through the first three again.
/// </summary>
internal interface INetworkDriver
{
    /// <summary>As <c>--driver</c> names it.</summary>
    string Name { get; }

    /// <summary>Decides what is to be recorded before anything is made: what was made and not recorded would later pass for somebody else's.</summary>
    /// <exception cref="QuaiException">An option is not one of the driver's, or what it names is somebody else's.</exception>
    Task<NetworkRecord> ClaimAsync(NetworkRecord record, CancellationToken cancellation);

    /// <summary>Checks, for a network that is new, what others of the host have; those that are recorded are made whatever the host has got since.</summary>
    /// <param name="record">As it was claimed.</param>
    /// <exception cref="QuaiException">It would be in the way of something else.</exception>
    void CheckHost(NetworkRecord record)
    {
    }

    /// <summary>Makes the network on the host, adopts what is there, or mends it. Idempotent.</summary>
    /// <param name="record">As it is recorded.</param>
    /// <param name="taken">Subnets of other networks.</param>
    /// <exception cref="QuaiException">It cannot be had on this host.</exception>
    ILiveNetwork Realize(NetworkRecord record, IReadOnlyList<IPNetwork> taken);

    /// <summary>Takes away what <see cref="Realize"/> made. Idempotent.</summary>
    void Delete(NetworkRecord record);

    /// <summary>The same, but what takes long may be left to <see cref="RetiredInterfaces"/>. Idempotent.</summary>
    /// <returns>The interface that is left, which nothing leads to any more; null for none.</returns>
    string? Retire(NetworkRecord record)
    {
        Delete(record);
        return null;
    }
}

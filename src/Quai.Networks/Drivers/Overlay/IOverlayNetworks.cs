using System.Net;
using Quai.Errors;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>
/// What a cluster tells the overlay networks of its hosts, and asks of them. Networks whose options name their peers are told so by the driver in the same way. All is idempotent, and done when
/// a call returns; it is in the kernel and outlives the daemon, which reads there at its next start what there was.
/// </summary>
public interface IOverlayNetworks
{
    /// <summary>The other hosts of a network.</summary>
    /// <exception cref="QuaiException">There is no such network on this host.</exception>
    IReadOnlyList<IPAddress> Peers(string networkId);

    /// <summary>Adds another host. What is for all containers, and for those of which nobody told where they are, is sent there, too.</summary>
    /// <param name="networkId">The network's whole id.</param>
    /// <param name="peer">The host's address.</param>
    /// <exception cref="QuaiException">There is no such network, no tunnel can lead there, or the network is encrypted and nobody gave it keys.</exception>
    void AddPeer(string networkId, IPAddress peer);

    /// <summary>Takes a host out, with all that was told to be there.</summary>
    /// <exception cref="QuaiException">There is no such network.</exception>
    void RemovePeer(string networkId, IPAddress peer);

    /// <summary>Says where a container of another host is, whatever was said of its addresses before.</summary>
    /// <exception cref="QuaiException">There is no such network, or the host is none of its peers.</exception>
    void AddEndpoint(string networkId, OverlayEndpoint endpoint);

    /// <summary>Takes that back.</summary>
    /// <exception cref="QuaiException">There is no such network.</exception>
    void RemoveEndpoint(string networkId, OverlayEndpoint endpoint);

    /// <summary>The containers of this host that are on a network, for the others to be told.</summary>
    /// <exception cref="QuaiException">There is no such network.</exception>
    IReadOnlyList<OverlayEndpoint> LocalEndpoints(string networkId);

    /// <summary>Gives an encrypted network its keys in the place of those that it has.</summary>
    /// <exception cref="QuaiException">There is no such network, it is not encrypted, or its options name its key.</exception>
    void SetKeys(string networkId, OverlayKeys keys);
}

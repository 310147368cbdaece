using System.Net;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Networks.Records;

namespace Quai.Networks.Drivers.Parents;

/// <summary>A kind of interface that is made upon one of the host's, its parent: what <see cref="ParentDriver"/> leaves to it.</summary>
internal interface IChildKind
{
    /// <summary>The driver's name, and the kernel's for the interfaces.</summary>
    string Name { get; }

    /// <summary>With what the name of the parent begins that is made where none is given.</summary>
    string DummyPrefix { get; }

    /// <summary>Checks the options that are this kind's alone.</summary>
    /// <exception cref="QuaiException">One is malformed.</exception>
    void Check(IReadOnlyDictionary<string, string> options);

    /// <summary>Why a network cannot be on the same parent as another one of this kind; null if it can.</summary>
    QuaiException? Conflict(NetworkRecord wanted, NetworkRecord other);

    /// <summary>Whether its containers reach everywhere else by a gateway.</summary>
    bool HasGateway(IReadOnlyDictionary<string, string> options);

    /// <summary>The hardware address of an endpoint; empty for the parent's.</summary>
    /// <exception cref="QuaiException">One is asked for that cannot be had.</exception>
    byte[] MacOf(byte[]? asked, IPAddress leased);

    /// <summary>How an interface of a network is made.</summary>
    /// <param name="writer">Where the request is written.</param>
    /// <param name="link">The interface; its hardware address is that of <see cref="MacOf"/>, if any.</param>
    /// <param name="options">The network's.</param>
    /// <returns>Offset in the request of the namespace's descriptor.</returns>
    int Write(NetlinkWriter writer, in StackedLink link, IReadOnlyDictionary<string, string> options);

    /// <summary>Whether there can only be one interface on a parent, and it has to be given its hardware address after it was made.</summary>
    bool IsOnly(IReadOnlyDictionary<string, string> options);
}

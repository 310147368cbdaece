using System.Net;
using Quai.Errors;
using Quai.Networks.Firewalls;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Ipam;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers;

/// <summary>A network that is there on the host.</summary>
internal interface ILiveNetwork
{
    /// <summary>Its record, completed by what was chosen: its subnets, its interface.</summary>
    NetworkRecord Record { get; }

    /// <summary>The network as the contract shows it.</summary>
    Network Network { get; }

    /// <summary>What the firewall is to know of it; null for nothing.</summary>
    FirewalledBridge? Firewalled { get; }

    /// <summary>The messages that put an interface into a sandbox. Nothing is made.</summary>
    /// <exception cref="QuaiException">Its driver has no endpoints.</exception>
    SandboxSetup Attach(EndpointPlace place);

    /// <summary>The hardware address of an endpoint: as in Docker before 28, one that follows from the leased address if none is asked for. Empty where there is none of its own.</summary>
    /// <exception cref="QuaiException">One is asked for that cannot be had.</exception>
    byte[] MacOf(byte[]? asked, IPAddress leased) => asked ?? MacAddress.Of(leased);

    /// <summary>The interface of an endpoint.</summary>
    SandboxInterface InterfaceOf(EndpointRow row) => new(row.Interface, row.InterfaceName);

    /// <summary>Whether an endpoint of a container that runs may still be connected, by what can be seen from the host.</summary>
    /// <param name="row">The endpoint.</param>
    /// <param name="hostInterfaces">The names of the host's interfaces.</param>
    bool Keeps(EndpointRow row, IReadOnlySet<string> hostInterfaces) => hostInterfaces.Contains(row.HostInterface);

    /// <summary>Deletes host's ends of interfaces, of those named that are still there.</summary>
    void Detach(IReadOnlySet<string> hostInterfaces);

    /// <summary>Gives the host's ends of interfaces in use the settings that those of today have: an earlier version may have made them.</summary>
    void Mend(IReadOnlySet<string> hostInterfaces);
}

using Quai.Errors;
using Quai.Networks.Firewalls;
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

    /// <summary>Deletes host's ends of interfaces, of those named that are still there.</summary>
    void Detach(IReadOnlySet<string> hostInterfaces);

    /// <summary>Gives the host's ends of interfaces in use the settings that those of today have: an earlier version may have made them.</summary>
    void Mend(IReadOnlySet<string> hostInterfaces);
}

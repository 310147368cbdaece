using System.Net;

namespace Quai.Networks.Ports;

/// <summary>Relays what arrives at a port of the host, until it is disposed of.</summary>
internal interface IPortRelay : IDisposable
{
    /// <summary>Leads what comes from now on to another target; connections that there are stay with theirs.</summary>
    void Lead(IPEndPoint target);
}

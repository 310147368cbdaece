using System.Globalization;
using Quai.Errors;
using Quai.Networks.Firewalls;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers;

/// <summary>A network that is recorded but could not be made on this host: it is shown and can be removed, and says why nothing connects to it.</summary>
/// <param name="record">Its record.</param>
/// <param name="reason">Why it is not there.</param>
internal sealed class UnavailableNetwork(NetworkRecord record, string reason) : ILiveNetwork
{
    /// <inheritdoc/>
    public NetworkRecord Record => record;

    /// <inheritdoc/>
    public Network Network { get; } = new(record.Id, record.Name, record.Driver, record.Created)
    {
        Interface = record.Interface,
        Options = record.Options,
        Attributes = record.Attributes,
        Subnets = [.. record.Subnets.Select(s => s.ToSubnet())],
    };

    /// <inheritdoc/>
    public FirewalledBridge? Firewalled => null;

    /// <inheritdoc/>
    public SandboxSetup Attach(EndpointPlace place) =>
        throw QuaiException.System(string.Create(CultureInfo.InvariantCulture, $"network {record.Name} is not available on this host: {reason}"));

    /// <inheritdoc/>
    public bool Keeps(EndpointRow row, IReadOnlySet<string> hostInterfaces) => false;

    /// <inheritdoc/>
    public void Detach(IReadOnlySet<string> hostInterfaces)
    {
    }

    /// <inheritdoc/>
    public void Mend(IReadOnlySet<string> hostInterfaces)
    {
    }
}

using System.Net;
using Quai.Errors;
using Quai.Networks.Firewalls;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Records;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Drivers;

/// <summary>Networks that are no more than a choice of namespace: the host's (<c>host</c>), or one with nothing in it (<c>null</c>). They have no endpoints.</summary>
/// <param name="name"><c>host</c> or <c>null</c>.</param>
internal sealed class NamespaceDriver(string name) : INetworkDriver
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<NetworkRecord> ClaimAsync(NetworkRecord record, CancellationToken cancellation) => Task.FromResult(record);

    /// <inheritdoc/>
    public ILiveNetwork Realize(NetworkRecord record, IReadOnlyList<IPNetwork> taken) => new LiveNamespace(record);

    /// <inheritdoc/>
    public void Delete(NetworkRecord record)
    {
    }

    private sealed class LiveNamespace(NetworkRecord record) : ILiveNetwork
    {
        public NetworkRecord Record => record;

        public Network Network { get; } = new(record.Id, record.Name, record.Driver, record.Created) { Options = record.Options, Attributes = record.Attributes };

        public FirewalledBridge? Firewalled => null;

        public SandboxSetup Attach(EndpointPlace place) => throw QuaiException.Invalid($"network {record.Name} of driver {record.Driver} has no endpoints");

        public void Detach(IReadOnlySet<string> hostInterfaces)
        {
        }

        public void Mend(IReadOnlySet<string> hostInterfaces)
        {
        }
    }
}

using System.Net;
using Quai.Errors;
using Quai.Networks;
using Quai.Networks.Dns;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>The three networks that are always there.</summary>
internal sealed class FakeNetworks : INetworkService
{
    public event Action<Endpoint>? AddressLost
    {
        add { }
        remove { }
    }

    public IReadOnlyList<IPAddress> HostGateways => [];

    public List<Network> Networks { get; } =
    [
        new("b1", "bridge", "bridge", DateTimeOffset.UnixEpoch)
        {
            Subnets = [new NetworkSubnet(IPNetwork.Parse("10.9.0.0/24"), IPAddress.Parse("10.9.0.1"), null)], Interface = "b0", Mtu = 1500,
        },
        new("h1", "host", "host", DateTimeOffset.UnixEpoch),
    ];

    public IReadOnlyList<Network> List() => Networks;

    public Network Resolve(string nameOrId) => Networks.Find(n => n.Name == nameOrId || n.Id == nameOrId) ?? throw QuaiException.NotFound($"network {nameOrId} not found");

    public Task RecoverAsync(IReadOnlySet<string> running, CancellationToken cancellation) => throw Unexpected();

    public Task<Endpoint> ConnectAsync(EndpointRequest request, CancellationToken cancellation) => throw Unexpected();

    public Task PublishAsync(Endpoint endpoint, CancellationToken cancellation) => throw Unexpected();

    public Task<Endpoint> RepublishAsync(Endpoint endpoint, IReadOnlyList<Quai.Networks.Ports.PortRequest> publish, IReadOnlyList<Quai.Networks.Ports.PublishedPort> withdraw, CancellationToken cancellation) => throw Unexpected();

    public Task<(Endpoint From, Endpoint To)> MovePortsAsync(Endpoint former, Endpoint to, IReadOnlyList<Quai.Networks.Ports.PortRequest> publish, Action<Microsoft.Data.Sqlite.SqliteConnection> record, CancellationToken cancellation) => throw Unexpected();

    public Task ReleaseAsync(string containerId, CancellationToken cancellation) => throw Unexpected();

    public Task FlushAsync(CancellationToken cancellation) => throw Unexpected();

    public IReadOnlyList<Endpoint> EndpointsOf(string containerId) => throw Unexpected();

    public Task DestroyAsync(CancellationToken cancellation) => throw Unexpected();

    public Task<Network> CreateAsync(NetworkRequest request, CancellationToken cancellation) => throw Unexpected();

    public Task RemoveAsync(string networkId, CancellationToken cancellation) =>
        throw new QuaiException(ErrorKind.Forbidden, $"{Resolve(networkId).Name} is a pre-defined network and cannot be removed");

    public Task DisconnectAsync(Endpoint endpoint, CancellationToken cancellation) => throw Unexpected();

    public bool IsUsed(string networkId) => false;

    public void SetNames(string containerId, Func<Network, IReadOnlyList<string>> namesOn, Func<Network, IReadOnlyDictionary<string, string>?> linksOn) => throw Unexpected();

    public void ServeNames(string containerId, ResolverSockets sockets, ResolverSettings settings) => throw Unexpected();

    private static InvalidOperationException Unexpected() => new("not expected");
}

using Quai.Errors;
using Quai.Networks;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>The three networks that are always there.</summary>
internal sealed class FakeNetworks : INetworkService
{
    private static readonly Dictionary<string, string> NoOptions = [];

    public List<Network> Networks { get; } =
    [
        new("b1", "bridge", "bridge", "10.9.0.0/24", System.Net.IPAddress.Parse("10.9.0.1"), "b0", 1500, DateTimeOffset.UnixEpoch, NoOptions),
        new("h1", "host", "host", null, null, null, 0, DateTimeOffset.UnixEpoch, NoOptions),
    ];

    public IReadOnlyList<Network> List() => Networks;

    public Network Resolve(string nameOrId) => Networks.Find(n => n.Name == nameOrId || n.Id == nameOrId) ?? throw QuaiException.NotFound($"network {nameOrId} not found");

    public Task RecoverAsync(IReadOnlySet<string> running, CancellationToken cancellation) => throw Unexpected();

    public Task<Endpoint> ConnectAsync(EndpointRequest request, CancellationToken cancellation) => throw Unexpected();

    public Task PublishAsync(Endpoint endpoint, CancellationToken cancellation) => throw Unexpected();

    public Task ReleaseAsync(string containerId, CancellationToken cancellation) => throw Unexpected();

    public Task FlushAsync(CancellationToken cancellation) => throw Unexpected();

    public IReadOnlyList<Endpoint> EndpointsOf(string containerId) => throw Unexpected();

    public IReadOnlyList<Endpoint> EndpointsOn(string networkId) => throw Unexpected();

    public Task DestroyAsync(CancellationToken cancellation) => throw Unexpected();

    public string HostsFile(string hostname, string? domainname, IReadOnlyList<Endpoint> endpoints, IReadOnlyList<string> extraHosts) => throw Unexpected();

    public string ResolvConf(IReadOnlyList<string> servers, IReadOnlyList<string> search, IReadOnlyList<string> options, bool hostNetwork) => throw Unexpected();

    private static InvalidOperationException Unexpected() => new("not expected");
}

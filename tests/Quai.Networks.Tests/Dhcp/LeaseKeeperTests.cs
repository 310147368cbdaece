using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Dhcp.Messages;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Tests.Dns;
using Xunit;

namespace Quai.Networks.Tests.Dhcp;

/// <summary>Leases over time.</summary>
public sealed class LeaseKeeperTests : IDisposable
{
    private readonly TestDhcpServer _server = new();
    private readonly ManualTime _time = new();
    private readonly DhcpExchange _exchange;
    private readonly LeaseKeeper _keeper;
    private readonly ConcurrentQueue<string> _events = [];
    private readonly DhcpClient _client = DhcpClient.Of("eth0", null, new string('c', 64), new string('e', 64), "web");

    public LeaseKeeperTests()
    {
        _exchange = new DhcpExchange(new FakeLinks(_server, _time), _time);
        _keeper = new LeaseKeeper(_exchange, _time, NullLogger.Instance)
        {
            Renewed = kept =>
            {
                _events.Enqueue($"renewed {kept.Lease.Address}");
                return Task.CompletedTask;
            },
            Lost = (kept, why) => _events.Enqueue($"lost {kept.Lease.Address}: {why}"),
        };
    }

    public void Dispose() => _keeper.Dispose();

    [Fact]
    public async Task One_is_renewed_half_way_again_and_again()
    {
        await KeepAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("renewed 198.51.100.100", await NextAsync());
        }

        Assert.Equal(3, _server.Take().Count(a => a == "Request has 198.51.100.100"));
        Assert.NotNull(_keeper.Remove("e"));
        Assert.Null(_keeper.Remove("e"));
    }

    [Fact]
    public async Task One_that_nobody_renews_ends_and_is_lost()
    {
        await KeepAsync();
        _server.Silent = true;
        string lost = await NextAsync();
        Assert.StartsWith("lost 198.51.100.100: the lease ended on ", lost, StringComparison.Ordinal);
        Assert.True(_server.Asked.Count(a => a.ToString() == "Request has 198.51.100.100") >= 4);
        Assert.Null(_keeper.Remove("e"));
    }

    [Fact]
    public async Task One_that_is_refused_is_asked_for_once_more_and_goes_on_if_it_is_lent()
    {
        await KeepAsync();
        int refused = 0;
        _server.Spoil = answer =>
        {
            if (answer[242] == (byte)DhcpMessageType.Ack && Interlocked.Increment(ref refused) == 1)
            {
                answer[242] = (byte)DhcpMessageType.Nak;
            }
        };
        Assert.Equal("renewed 198.51.100.100", await NextAsync());
        Assert.Equal(["Request has 198.51.100.100", "Discover wants 198.51.100.100", "Request wants 198.51.100.100 of 198.51.100.2"], _server.Take().Take(3));
    }

    [Fact]
    public async Task One_whose_server_has_another_address_now_is_lost()
    {
        await KeepAsync();
        _server.Forget();
        _ = _server.Answer(DhcpFrame.Write(new DhcpRequest(DhcpMessageType.Discover, 1, _client).ToBytes(), _client.Hardware, DhcpFrame.Everybody, null, null));
        Assert.Equal("lost 198.51.100.100: DHCP server 198.51.100.2 on eth0 does not lend 198.51.100.100 any longer", await NextAsync());
    }

    private async Task KeepAsync()
    {
        EndpointLease lease = await _exchange.AcquireAsync(_client, null, insist: false, remembered: false, CancellationToken.None);
        _server.Take();
        _keeper.Add(new KeptLease("e", "c", "n", _client, lease));
    }

    /// <summary>Lets time pass until something is told.</summary>
    private async Task<string> NextAsync()
    {
        string? told;
        while (!_events.TryDequeue(out told))
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1);
        }

        return told;
    }
}

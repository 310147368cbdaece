using System.Net;
using Quai.Errors;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Dhcp.Messages;
using Quai.Networks.Ipam.Sources;
using Quai.Networks.Tests.Dns;
using Xunit;

namespace Quai.Networks.Tests.Dhcp;

/// <summary>What a client says to a server, and what it takes from it.</summary>
public sealed class DhcpExchangeTests
{
    private static readonly IPAddress s_first = IPAddress.Parse("198.51.100.100"), s_other = IPAddress.Parse("198.51.100.150");

    private readonly TestDhcpServer _server = new();
    private readonly ManualTime _time = new();
    private readonly DhcpExchange _exchange;
    private readonly DhcpClient _client = DhcpClient.Of("eth0", null, new string('c', 64), new string('e', 64), "my_web.1");

    public DhcpExchangeTests() => _exchange = new DhcpExchange(new FakeLinks(_server, _time), _time);

    [Fact]
    public async Task An_address_is_offered_and_lent()
    {
        EndpointLease lease = await AcquireAsync();
        Assert.Equal(("198.51.100.100", 24, "198.51.100.2", "198.51.100.2", 300u, 525u, 600u), (lease.Address, lease.PrefixLength, lease.Router, lease.Server, lease.RenewAfter, lease.RebindAfter, lease.EndsAfter));
        Assert.Equal(["198.51.100.3", "198.51.100.4"], lease.NameServers);
        Assert.Equal("02:00:00:00:00:67", lease.ServerMac);
        ClientMessage[] asked = [.. _server.Asked];
        Assert.Equal(["Discover", "Request wants 198.51.100.100 of 198.51.100.2"], asked.Select(a => a.ToString()));
        Assert.All(asked, a => Assert.Equal((true, "my-web-1", asked[0].Transaction, 23), (a.Broadcast, a.Name, a.Transaction, a.Options[DhcpOption.ClientIdentifier].Length)));
    }

    [Fact]
    public async Task A_remembered_address_is_asked_for_at_once_and_otherwise_from_the_beginning()
    {
        await AcquireAsync();
        _server.Take();
        Assert.Equal("198.51.100.100", (await AcquireAsync(s_first, remembered: true)).Address);
        Assert.Equal(["Request wants 198.51.100.100"], _server.Take());

        // It says no, and offers what it has.
        Assert.Equal("198.51.100.100", (await AcquireAsync(s_other, remembered: true)).Address);
        Assert.Equal(["Request wants 198.51.100.150", "Discover wants 198.51.100.150", "Request wants 198.51.100.100 of 198.51.100.2"], _server.Take());
    }

    [Fact]
    public async Task Who_insists_has_that_address_or_none()
    {
        Assert.Equal("198.51.100.150", (await AcquireAsync(s_other, insist: true)).Address);
        Assert.Equal(
            "DHCP server 198.51.100.2 on eth0 offers 198.51.100.150 and not 198.51.100.100",
            (await Assert.ThrowsAsync<DhcpRefusedException>(() => AcquireAsync(s_first, insist: true))).Message);
    }

    [Fact]
    public async Task Without_an_answer_it_asks_again_ever_later_and_gives_up()
    {
        _server.Silent = true;
        long start = _time.GetTimestamp();
        Assert.Equal("no DHCP server answered on eth0 within 10 seconds", (await Assert.ThrowsAsync<QuaiException>(() => AcquireAsync())).Message);
        Assert.InRange(_server.Asked.Count, 3, 6);
        Assert.InRange(_time.GetElapsedTime(start).TotalSeconds, 10, 16);
    }

    [Fact]
    public async Task A_server_that_offers_and_refuses_is_named()
    {
        _server.Refuses = true;
        Assert.Contains("offers 198.51.100.100 and then refuses it", (await Assert.ThrowsAsync<DhcpRefusedException>(() => AcquireAsync())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, 127)]
    [InlineData(16, 255)]
    [InlineData(19, 255)]
    [InlineData(28, 9)]
    [InlineData(4, 9)]
    [InlineData(0, 1)]
    [InlineData(236, 0)]
    public async Task What_is_spoilt_is_no_answer(int at, byte value)
    {
        _server.Spoil = answer => answer[at] = answer[at] == value ? (byte)(value + 1) : value;
        Assert.Contains("no DHCP server answered", (await Assert.ThrowsAsync<QuaiException>(() => AcquireAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_is_renewed_by_its_server_rebound_by_any_and_given_back()
    {
        EndpointLease lease = await AcquireAsync();
        _server.Take();
        Assert.Equal("198.51.100.100", (await _exchange.RenewAsync(_client, lease, everybody: false, CancellationToken.None))!.Address);
        Assert.NotNull(await _exchange.RenewAsync(_client, lease, everybody: true, CancellationToken.None));
        await _exchange.ReleaseAsync(_client, lease);
        Assert.Equal(["Request has 198.51.100.100", "Request has 198.51.100.100", "Release has 198.51.100.100 of 198.51.100.2"], _server.Take());
        Assert.Null(await Silent(() => _exchange.RenewAsync(_client, lease, everybody: false, CancellationToken.None)));
        _server.Refuses = true;
        await Assert.ThrowsAsync<DhcpRefusedException>(() => _exchange.RenewAsync(_client, lease, everybody: true, CancellationToken.None));
    }

    [Fact]
    public void A_client_is_the_same_over_restarts_and_another_on_another_network()
    {
        DhcpClient again = DhcpClient.Of("eth0", null, new string('c', 64), new string('e', 64), "x"), other = DhcpClient.Of("eth0", null, new string('c', 64), new string('f', 64), "x");
        Assert.Equal((Convert.ToHexString(_client.Identifier), Convert.ToHexString(_client.Hardware)), (Convert.ToHexString(again.Identifier), Convert.ToHexString(again.Hardware)));
        Assert.NotEqual(Convert.ToHexString(again.Identifier), Convert.ToHexString(other.Identifier));
        Assert.NotEqual(Convert.ToHexString(again.Hardware), Convert.ToHexString(other.Hardware));
    }

    private async Task<T> Silent<T>(Func<Task<T>> work)
    {
        _server.Silent = true;
        T result = await work();
        _server.Silent = false;
        return result;
    }

    private Task<EndpointLease> AcquireAsync(IPAddress? wanted = null, bool insist = false, bool remembered = false) =>
        _exchange.AcquireAsync(_client, wanted, insist, remembered, CancellationToken.None);
}

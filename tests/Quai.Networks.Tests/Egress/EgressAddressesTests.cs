using System.Net;
using System.Net.Sockets;
using Quai.Linux.Nftables;
using Quai.Networks.Firewalls.Tables;
using Quai.Networks.Tests.Dns;
using Xunit;

namespace Quai.Networks.Tests.Egress;

/// <summary>What is put into the sets of names, and for how long.</summary>
public sealed class EgressAddressesTests
{
    private readonly ManualTime _time = new();
    private readonly EgressAddresses _addresses;

    public EgressAddressesTests() => _addresses = new EgressAddresses(AddressFamily.InterNetwork, _time);

    [Fact]
    public void Each_address_once_and_for_as_long_as_may_be_kept()
    {
        _addresses.Add(["s"]);
        Assert.Empty(_addresses.Note("other", [Of(1, 60)]));
        NftElement[] elements = [.. _addresses.Note("s", [Of(1, 5), Of(1, 3600), Of(2, 0), (IPAddress.IPv6Loopback, TimeSpan.FromHours(1)), Of(3, int.MaxValue)])];
        Assert.Equal([[10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 3]], elements.Select(e => e.Key.ToArray()));
        Assert.Equal([4530, 105, (7 * 86400 * 1.25) + 30], elements.Select(e => e.Timeout!.Value.TotalSeconds));
        Assert.Empty(_addresses.Note("s", [Of(1, 3600), Of(2, 10), Of(3, 600)]));
    }

    [Fact]
    public void What_runs_out_is_put_in_again()
    {
        _addresses.Add(["s"]);
        _addresses.Note("s", [Of(1, 60)]);
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Empty(_addresses.Note("s", [Of(1, 60)]));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(_addresses.Note("s", [Of(1, 60)]));
    }

    [Fact]
    public void What_failed_is_tried_again_and_what_is_gone_is_gone()
    {
        _addresses.Add(["s"]);
        _addresses.Forget("s", _addresses.Note("s", [Of(1, 60)]));
        Assert.Single(_addresses.Note("s", [Of(1, 60)]));
        _addresses.Remove(["s"]);
        Assert.Empty(_addresses.Note("s", [Of(1, 60)]));
    }

    [Fact]
    public void A_set_does_not_grow_without_end()
    {
        _addresses.Add(["s"]);
        (IPAddress, TimeSpan)[] many = [.. Enumerable.Range(0, 17000).Select(i => (new IPAddress([10, 1, (byte)(i >> 8), (byte)i]), TimeSpan.FromSeconds(60)))];
        Assert.Equal(16384, _addresses.Note("s", many).Count);
        Assert.Empty(_addresses.Note("s", [Of(1, 60)]));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(_addresses.Note("s", [Of(1, 60)]));
    }

    private static (IPAddress Address, TimeSpan Lifetime) Of(byte last, long seconds) => (new IPAddress([10, 0, 0, last]), TimeSpan.FromSeconds(seconds));
}

using System.Net;
using Quai.Errors;
using Quai.Networks.Ipam;
using Xunit;

namespace Quai.Networks.Tests;

public sealed class AddressPoolTests
{
    [Fact]
    public void Leases_every_address_but_network_gateway_and_broadcast() =>
        Assert.Equal(Enumerable.Range(2, 13).Select(i => $"10.231.0.{i}"), All(Pool("10.231.0.1/28")));

    [Fact]
    public void Of_an_ipv6_subnet_only_the_first_address_and_the_gateway_are_kept_back() =>
        Assert.Equal(Enumerable.Range(2, 14).Select(i => $"fd00:7::{i:x}"), All(Pool("fd00:7::1/124")));

    [Fact]
    public void A_subnet_of_two_to_the_sixty_fourth_is_leased_from_like_a_small_one()
    {
        AddressPool pool = Pool("fd00:7::1/64");
        Assert.Equal(["fd00:7::2", "fd00:7::3"], [pool.TryLease()!.ToString(), pool.TryLease()!.ToString()]);
        IPAddress far = IPAddress.Parse("fd00:7::ffff:ffff:ffff:ffff");
        Assert.True(pool.TryLease(far));
        Assert.False(pool.TryLease(far));

        // After the last comes the first again.
        Assert.Equal("fd00:7::4", pool.TryLease()!.ToString());
        pool.Release(far);
        Assert.True(pool.TryLease(far));
    }

    [Fact]
    public void An_address_given_back_is_the_last_to_be_leased_again()
    {
        AddressPool pool = Pool("10.231.0.1/29");
        Assert.Equal(["10.231.0.2", "10.231.0.3"], [Next(pool), Next(pool)]);
        pool.Release(IPAddress.Parse("10.231.0.2"));
        Assert.Equal(["10.231.0.4", "10.231.0.5", "10.231.0.6", "10.231.0.2"], [Next(pool), Next(pool), Next(pool), Next(pool)]);
        Assert.Null(pool.TryLease());
    }

    [Theory]
    [InlineData("10.231.0.1/24", "10.231.0.77")]
    [InlineData("fd00:7::1/64", "fd00:7::7:7")]
    public void A_named_address_is_leased_once(string cidr, string named)
    {
        AddressPool pool = Pool(cidr);
        IPAddress address = IPAddress.Parse(named);
        Assert.True(pool.TryLease(address));
        Assert.False(pool.TryLease(address));
        Assert.False(pool.TryLease(InterfaceAddress.Parse(cidr).Address));
        pool.Release(address);
        Assert.True(pool.TryLease(address));
    }

    [Fact]
    public void A_range_limits_what_is_leased()
    {
        InterfaceAddress address = InterfaceAddress.Parse("10.231.0.1/16");
        Assert.Equal(["10.231.5.0", "10.231.5.1", "10.231.5.2", "10.231.5.3"], All(new AddressPool(address.Network, IPNetwork.Parse("10.231.5.0/30"), address.Address)));
    }

    [Fact]
    public void An_address_outside_of_the_range_is_leased_once_too()
    {
        var pool = new AddressPool(IPNetwork.Parse("10.231.0.0/24"), IPNetwork.Parse("10.231.0.128/30"), IPAddress.Parse("10.231.0.1"), IPAddress.Parse("10.231.0.9"), IPAddress.Parse("10.231.0.128"));
        IPAddress outside = IPAddress.Parse("10.231.0.50");
        Assert.True(pool.TryLease(outside));
        Assert.All(["10.231.0.50", "10.231.0.0", "10.231.0.255", "10.231.0.1", "10.231.0.9", "10.231.0.128"], a => Assert.False(pool.TryLease(IPAddress.Parse(a))));
        pool.Release(outside);
        Assert.True(pool.TryLease(outside));
        Assert.Equal(["10.231.0.129", "10.231.0.130", "10.231.0.131"], All(pool));
    }

    [Fact]
    public void A_range_within_a_word_of_bits_ends_where_it_ends()
    {
        InterfaceAddress address = InterfaceAddress.Parse("10.231.0.1/24");
        Assert.Equal(Enumerable.Range(128, 32).Select(i => $"10.231.0.{i}"), All(new AddressPool(address.Network, IPNetwork.Parse("10.231.0.128/27"), address.Address)));
    }

    [Fact]
    public void A_sixteen_bit_subnet_is_leased_whole_and_without_repeats()
    {
        List<string> leased = All(Pool("10.231.0.1/16"));
        Assert.Equal(65536 - 3, leased.Count);
        Assert.Equal(leased.Count, leased.Distinct().Count());
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.1/33")]
    [InlineData("fe80::1/129")]
    [InlineData("fe80::1/-1")]
    [InlineData("x/8")]
    public void A_malformed_subnet_is_refused_by_name(string cidr) =>
        Assert.Contains(cidr, Assert.Throws<QuaiException>(() => InterfaceAddress.Parse(cidr)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/32", "10.1.2.3/32")]
    [InlineData("10.1.2.3/0", "0.0.0.0/0")]
    [InlineData("fd00:1:2:3::4/48", "fd00:1:2::/48")]
    [InlineData("fd00::4/0", "::/0")]
    public void An_address_tells_its_network(string cidr, string network) => Assert.Equal(network, InterfaceAddress.Parse(cidr).Network.ToString());

    [Theory]
    [InlineData("02:42:AC:11:00:02", "02:42:ac:11:00:02")]
    [InlineData("02-42-ac-11-00-02", "02:42:ac:11:00:02")]
    [InlineData("0242.ac11.0002", "02:42:ac:11:00:02")]
    public void A_hardware_address_is_read_in_any_way(string text, string address) => Assert.Equal(address, MacAddress.Format(MacAddress.Parse(text)));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("02:42:ac:11:00")]
    [InlineData("2:42:ac:11:00:02")]
    [InlineData("02:42:ac:11:00:0g")]
    [InlineData("02:42-ac:11-00:02")]
    [InlineData("02:42:ac:11:00:02:03:04")]
    [InlineData("0242ac110002")]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("00:00:00:00:00:00")]
    public void One_that_no_interface_can_have_is_refused(string text) =>
        Assert.Equal($"invalid MAC address {text}", Assert.Throws<QuaiException>(() => MacAddress.Parse(text)).Message);

    [Fact]
    public void Pools_are_used_in_their_order_and_around_what_is_taken()
    {
        Assert.Equal("172.17.0.0/16", Choose());
        Assert.Equal("172.19.0.0/16", Choose("172.17.0.0/16", "172.18.5.0/24"));
        Assert.Equal("192.168.0.0/20", Choose("172.16.0.0/12"));
        Assert.Equal("192.168.32.0/20", Choose("172.16.0.0/12", "192.168.0.0/20", "192.168.17.0/24"));
        Assert.Equal("all predefined address pools have been fully subnetted", Assert.Throws<QuaiException>(() => Choose("172.0.0.0/8", "192.168.0.0/16", "10.0.0.0/8")).Message);
        Assert.Equal("10.128.0.0/24", Choose("172.0.0.0/8", "192.168.0.0/16"));
        var six = new SubnetPools([(IPNetwork.Parse("fd00::/62"), 64)]);
        Assert.Equal("fd00:0:0:1::/64", six.Choose([IPNetwork.Parse("fd00::/64"), IPNetwork.Parse("10.0.0.0/8")]).ToString());

        static string Choose(params string[] taken) => SubnetPools.Usual.Choose([.. taken.Select(IPNetwork.Parse)]).ToString();
    }

    private static string Next(AddressPool pool) => pool.TryLease()!.ToString();

    private static List<string> All(AddressPool pool)
    {
        List<string> leased = [];
        while (pool.TryLease() is { } address)
        {
            leased.Add(address.ToString());
        }

        return leased;
    }

    private static AddressPool Pool(string cidr)
    {
        InterfaceAddress address = InterfaceAddress.Parse(cidr);
        return new AddressPool(address.Network, address.Network, address.Address);
    }
}

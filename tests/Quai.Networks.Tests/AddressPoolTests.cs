using Quai.Errors;
using Xunit;

namespace Quai.Networks.Tests;

public sealed class AddressPoolTests
{
    [Fact]
    public void Leases_every_address_but_network_gateway_and_broadcast()
    {
        AddressPool pool = Pool("10.231.0.1/28");
        List<string> leased = [];
        while (pool.TryLease(out uint address))
        {
            leased.Add(Subnet.ToAddress(address).ToString());
        }

        Assert.Equal(Enumerable.Range(2, 13).Select(i => $"10.231.0.{i}"), leased);
    }

    [Fact]
    public void An_address_given_back_is_the_last_to_be_leased_again()
    {
        AddressPool pool = Pool("10.231.0.1/29");
        Assert.Equal(["2", "3"], [Next(pool), Next(pool)]);
        pool.Release(Subnet.Parse("10.231.0.2/29").Address);
        Assert.Equal(["4", "5", "6", "2"], [Next(pool), Next(pool), Next(pool), Next(pool)]);
        Assert.False(pool.TryLease(out _));
    }

    [Fact]
    public void A_named_address_is_leased_once()
    {
        AddressPool pool = Pool("10.231.0.1/24");
        uint address = Subnet.Parse("10.231.0.77/24").Address;
        Assert.True(pool.TryLease(address));
        Assert.False(pool.TryLease(address));
        Assert.False(pool.TryLease(Subnet.Parse("10.231.0.1/24").Address));
        pool.Release(address);
        Assert.True(pool.TryLease(address));
    }

    [Fact]
    public void A_range_limits_what_is_leased()
    {
        (Subnet subnet, uint gateway) = Subnet.Parse("10.231.0.1/16");
        var pool = new AddressPool(subnet, Subnet.Parse("10.231.5.0/30").Subnet, gateway);
        List<string> leased = [];
        while (pool.TryLease(out uint address))
        {
            leased.Add(Subnet.ToAddress(address).ToString());
        }

        Assert.Equal(["10.231.5.0", "10.231.5.1", "10.231.5.2", "10.231.5.3"], leased);
    }

    [Fact]
    public void A_sixteen_bit_subnet_is_leased_whole_and_without_repeats()
    {
        AddressPool pool = Pool("10.231.0.1/16");
        HashSet<uint> seen = [];
        while (pool.TryLease(out uint address))
        {
            Assert.True(seen.Add(address));
        }

        Assert.Equal(65536 - 3, seen.Count);
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.1/33")]
    [InlineData("fe80::1/64")]
    [InlineData("x/8")]
    public void A_malformed_subnet_is_refused_by_name(string cidr) =>
        Assert.Contains(cidr, Assert.Throws<QuaiException>(() => Subnet.Parse(cidr)).Message, StringComparison.Ordinal);

    private static string Next(AddressPool pool)
    {
        Assert.True(pool.TryLease(out uint address));
        return (address & 0xff).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static AddressPool Pool(string cidr)
    {
        (Subnet subnet, uint gateway) = Subnet.Parse(cidr);
        return new AddressPool(subnet, subnet, gateway);
    }
}

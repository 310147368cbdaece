using System.Globalization;
using System.Net;
using Quai.Networks.State;
using Xunit;

namespace Quai.Networks.Tests;

/// <summary>What is remembered of the addresses that containers of a name had.</summary>
public sealed class FormerAddressesTests
{
    [Fact]
    public void The_last_addresses_of_a_name_are_known()
    {
        var former = new FormerAddresses();
        IPAddress first = IPAddress.Parse("10.0.0.2"), second = IPAddress.Parse("10.0.0.3"), sixth = IPAddress.Parse("fd00::3");
        former.Note("web", first, null);
        former.Note("web", second, sixth);
        former.Note("", first);
        Assert.Equal([second, sixth], former.Of("web"));
        Assert.Empty(former.Of(""));
        Assert.Empty(former.Of("other"));
    }

    [Fact]
    public void Names_that_were_not_used_for_long_are_forgotten()
    {
        var former = new FormerAddresses();
        for (int i = 0; i < 5000; i++)
        {
            former.Note(i.ToString(CultureInfo.InvariantCulture), IPAddress.Loopback);
            former.Note("kept", IPAddress.Loopback);
        }

        Assert.Empty(former.Of("0"));
        Assert.NotEmpty(former.Of("kept"));
        Assert.NotEmpty(former.Of("4999"));
    }
}

using System.Net;
using Quai.Errors;
using Quai.Networks.Drivers.Ipvlan;
using Quai.Networks.Records;
using Xunit;

namespace Quai.Networks.Tests.Parents;

public sealed class IpvlanTests
{
    private static readonly IpvlanKind s_kind = new();

    [Theory]
    [InlineData("", true)]
    [InlineData("l2", true)]
    [InlineData("l3", false)]
    [InlineData("l3s", false)]
    public void Only_mode_l2_has_a_gateway(string mode, bool gateway) => Assert.Equal(gateway, s_kind.HasGateway(Option("ipvlan_mode", mode)));

    [Theory]
    [InlineData("ipvlan_mode", "foo", "requested ipvlan mode 'foo' is not valid, 'l2' mode is the ipvlan driver default")]
    [InlineData("ipvlan_flag", "foo", "requested ipvlan flag 'foo' is not valid, 'bridge' is the ipvlan driver default")]
    public void Options_are_refused_in_dockers_words(string name, string value, string words)
    {
        QuaiException refused = Assert.Throws<QuaiException>(() => s_kind.Check(Option(name, value)));
        Assert.Equal((ErrorKind.System, words), (refused.Kind, refused.Message));
    }

    [Fact]
    public void A_parent_has_one_network()
    {
        NetworkRecord one = new(new string('a', 64), "one", "ipvlan", "eth0", false, default), two = one with { Id = new string('b', 64), Name = "two" };
        Assert.Equal("network di-aaaaaaaaaaaa is already using parent interface eth0", s_kind.Conflict(two, one)!.Message);
    }

    [Fact]
    public void Hardware_addresses_are_the_parents()
    {
        Assert.Empty(s_kind.MacOf(null, IPAddress.Parse("10.0.0.2")));
        Assert.Equal("ipvlan interfaces do not support custom mac address assignment", Assert.Throws<QuaiException>(() => s_kind.MacOf([2, 0, 0, 0, 0, 1], IPAddress.Parse("10.0.0.2"))).Message);
    }

    [Fact]
    public void Where_the_kernel_has_none_a_network_is_refused_and_nothing_is_left()
    {
        using var host = new TestHost();
        var request = new NetworkRequest("lan", "ipvlan")
        {
            Options = new Dictionary<string, string> { ["parent"] = "out0" },
            Attributes = new NetworkAttributes { Asked = [new AskedSubnet("10.231.60.0/24")] },
        };
        host.Command("ip", "link", "add", "link", "out0", "name", "probe0", "type", "ipvlan");
        if (host.HostLinks().Exists(l => l.Name == "probe0"))
        {
            Network network = host.Host.Await(() => host.Service.CreateAsync(request, CancellationToken.None));
            host.Host.Await(() => host.Service.RemoveAsync(network.Id, CancellationToken.None));
        }
        else
        {
            QuaiException refused = Assert.Throws<QuaiException>(() => host.Host.Await(() => host.Service.CreateAsync(request, CancellationToken.None)));
            Assert.Equal((ErrorKind.System, "failed to create the ipvlan port: this host's kernel has no ipvlan interfaces: operation not supported"), (refused.Kind, refused.Message));
        }

        host.Restart();
        Assert.DoesNotContain(host.Service.List(), n => n.Name == "lan");
    }

    private static Dictionary<string, string> Option(string name, string value) => new() { [name] = value };
}

using System.Net.Sockets;
using Quai.Linux.Netlink;
using Quai.Networks.Drivers;
using Quai.Networks.Drivers.Remote;
using Quai.Plugins;
using Quai.Plugins.Networks;
using Xunit;

namespace Quai.Networks.Tests.Remote;

/// <summary>What network plugins answer is checked before anything is made of it.</summary>
public sealed class RemoteAnswersTests
{
    private static readonly PluginEndpoint s_told = new("net", "end") { IPv4 = "10.1.0.2/24" };

    [Fact]
    public void What_a_plugin_leaves_out_is_as_it_was_asked_for()
    {
        RemoteInterface made = RemoteAnswers.InterfaceOf("p", s_told with { MacAddress = "02:42:00:00:00:07" }, new PluginInterface("", null, ""), anyAddress: false);
        Assert.Equal(("02:42:00:00:00:07", null, null), (made.Mac, made.IPv4, made.IPv6));
        Assert.Equal("", RemoteAnswers.InterfaceOf("p", s_told, null, anyAddress: false).Mac);
    }

    [Fact]
    public void A_plugin_gives_addresses_where_nobody_else_does()
    {
        RemoteInterface made = RemoteAnswers.InterfaceOf("p", new PluginEndpoint("net", "end"), new PluginInterface("10.9.0.5/16", "fd00::5/64", "0242.0000.0009"), anyAddress: true);
        Assert.Equal(("02:42:00:00:00:09", "10.9.0.5/16", "fd00::5/64"), (made.Mac, made.IPv4, made.IPv6));
    }

    [Theory]
    [InlineData("10.1.0.2/24", null, null, "endpoint interface IP present (10.1.0.2/24)")]
    [InlineData("10.1.0.400/24", null, null, "invalid CIDR address: 10.1.0.400/24")]
    [InlineData("10.1.0.4", null, null, "invalid CIDR address: 10.1.0.4")]
    [InlineData("10/8", null, null, "invalid CIDR address: 10/8")]
    [InlineData(null, "fd00::2/64", null, "fd00::2/64 is not of the network's subnets")]
    [InlineData(null, "fe80::2%lo/64", null, "invalid CIDR address: fe80::2%lo/64")]
    [InlineData(null, null, "01:00:5e:00:00:01", "invalid MAC address")]
    [InlineData(null, null, "02:42\n", "address 02:42?: invalid MAC address")]
    public void Another_interface_than_the_endpoints_is_refused(string? ipv4, string? ipv6, string? mac, string why)
    {
        PluginException refused = Assert.Throws<PluginException>(() => RemoteAnswers.InterfaceOf("p", s_told, new PluginInterface(ipv4, ipv6, mac), anyAddress: false));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains("plugin \"p\" answered NetworkDriver.CreateEndpoint", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Routes_and_gateways_are_read()
    {
        RemoteInterface made = Join(new PluginJoin("veth1", "eth", "169.254.1.1", "", [new PluginRoute("169.254.1.1/32", 1, ""), new PluginRoute("10.5.7.9/16", 0, "10.1.0.9")]));
        Assert.Equal(("veth1", "169.254.1.1", null), (made.Source, made.Gateway, made.Gateway6));
        Assert.Equal([new RemoteRoute("169.254.1.1/32", null), new RemoteRoute("10.5.0.0/16", "10.1.0.9")], made.Routes);
        Assert.Equal("", Join(new PluginJoin("", "", "", "", [])).Source);
    }

    [Theory]
    [InlineData("missing", "eth", "", "", "Link not found")]
    [InlineData("veth/1", "eth", "", "", "Link not found")]
    [InlineData("lo", "eth", "", "", "it is not the plugin's")]
    [InlineData("br-quai", "eth", "", "", "it is not the plugin's")]
    [InlineData("veth1", "", "", "", "is not what an interface's name can begin with")]
    [InlineData("veth1", "fourteenletter", "", "", "is not what an interface's name can begin with")]
    [InlineData("veth1", "../x", "", "", "is not what an interface's name can begin with")]
    [InlineData("veth1", "eth", "10", "", "unable to parse Gateway \"10\"")]
    [InlineData("veth1", "eth", "fd00::1", "", "failed to set gateway: fd00::1")]
    [InlineData("veth1", "eth", "224.0.0.1", "", "failed to set gateway: 224.0.0.1")]
    [InlineData("veth1", "eth", "", "fd00::1", "failed to set gateway: fd00::1")]
    [InlineData("", "", "10.1.0.1", "", "routes need an interface")]
    public void What_no_container_can_have_is_refused(string source, string prefix, string gateway, string gateway6, string why)
    {
        PluginException refused = Assert.Throws<PluginException>(() => Join(new PluginJoin(source, prefix, gateway, gateway6, [])));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains("plugin \"p\" answered NetworkDriver.Join", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1, "", "invalid CIDR address")]
    [InlineData("10.5.0.0/33", 1, "", "invalid CIDR address: 10.5.0.0/33")]
    [InlineData("10.5.0.0/16", 0, "", "failed to set static route to 10.5.0.0/16")]
    [InlineData("10.5.0.0/16", 1, "10.1.0.9", "failed to set static route to 10.5.0.0/16")]
    [InlineData("10.5.0.0/16", 2, "", "failed to set static route to 10.5.0.0/16")]
    [InlineData("10.5.0.0/16", 0, "fd00::9", "failed to set static route to 10.5.0.0/16")]
    [InlineData("fd05::/64", 1, "", "failed to set static route to fd05::/64")]
    public void Routes_that_the_endpoint_cannot_have_are_refused(string destination, int type, string hop, string why)
    {
        PluginException refused = Assert.Throws<PluginException>(() => Join(new PluginJoin("veth1", "eth", "", "", [new PluginRoute(destination, type, hop)])));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_routes_than_anybody_needs_are_refused() => Assert.Contains(
        "129 static routes are more than the 128",
        Assert.Throws<PluginException>(() => Join(new PluginJoin("veth1", "eth", "", "", [.. Enumerable.Repeat(new PluginRoute("10.5.0.0/16", 1, ""), 129)]))).Message,
        StringComparison.Ordinal);

    private static RemoteInterface Join(PluginJoin join) => RemoteAnswers.JoinOf("p", new RemoteInterface(), join, family => family == AddressFamily.InterNetwork, name => name switch
    {
        "lo" => new Link(1, name, "", 0, 65536, true, "", 0, ""),
        "veth1" => new Link(7, name, "veth", 0, 1500, false, "", 0, ""),
        "br-quai" => new Link(8, name, "bridge", 0, 1500, true, "", InterfaceGroups.Bridges, ""),
        _ => null,
    });
}

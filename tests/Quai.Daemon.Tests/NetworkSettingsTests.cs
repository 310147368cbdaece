using System.Net;
using Quai.Daemon.Configuration;
using Quai.Errors;
using Quai.Networks;
using Quai.Networks.Firewalls;
using Quai.Networks.Ipam;

namespace Quai.Daemon.Tests;

/// <summary>The daemon's settings for networks, from its command line and its file.</summary>
public sealed class NetworkSettingsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void Settings_of_the_command_line_are_read()
    {
        NetworkOptions options = From(
            "--ipv6", "--bip6=fd00:1::1/64", "--fixed-cidr-v6=fd00:1::/80", "--default-address-pool", "base=10.8.0.0/13,size=24", "--default-address-pool", "size=64,base=fd00:2::/48",
            "--default-network-opt", "bridge=com.docker.network.driver.mtu=1400", "--default-network-opt", "bridge=a=b=c", "--default-network-opt", "macvlan=x=", "--allow-direct-routing",
            "--bridge-accept-fwmark=0x10/0x30", "--host-gateway-ip=10.1.1.1", "--host-gateway-ip=fd00::1", "--ip=::1", "--ip6tables=false", "--userland-proxy=false");
        Assert.Equal((true, "fd00:1::1/64", "fd00:1::/80"), (options.IPv6, options.BridgeAddress6, options.FixedCidr6));
        Assert.Equal([new AddressPoolOption(IPNetwork.Parse("10.8.0.0/13"), 24), new AddressPoolOption(IPNetwork.Parse("fd00:2::/48"), 64)], options.Pools);
        Assert.Equal(new Dictionary<string, string> { ["com.docker.network.driver.mtu"] = "1400", ["a"] = "b=c" }, options.DefaultOptions["bridge"]);
        Assert.Equal("", options.DefaultOptions["macvlan"]["x"]);
        Assert.Equal((true, new PacketMark(0x10, 0x30), false, true, false), (options.DirectRouting, options.AcceptedMark, options.FirewallIPv6, options.Firewall, options.Relays));
        Assert.Equal([IPAddress.Parse("10.1.1.1"), IPAddress.Parse("fd00::1")], options.HostGateways);
        Assert.Equal(IPAddress.IPv6Loopback, options.DefaultBindAddress);
        Assert.False(From("--iptables=false").FirewallIPv6);
    }

    [Fact]
    public void Settings_of_the_file_are_read()
    {
        File.WriteAllText(_file, """
            {"default-address-pools": [{"base": "10.8.0.0/13", "size": 24}], "default-network-opts": {"bridge": {"com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}}, "ipv6": true, "bridge-accept-fwmark": "1"}
            """);
        NetworkOptions options = DaemonConfiguration.Load(Arguments.Parse(["--config-file", _file])).Networks;
        Assert.Equal(new AddressPoolOption(IPNetwork.Parse("10.8.0.0/13"), 24), Assert.Single(options.Pools));
        Assert.Equal("127.0.0.1", options.DefaultOptions["bridge"]["com.docker.network.bridge.host_binding_ipv4"]);
        Assert.Equal((true, new PacketMark(1, uint.MaxValue)), (options.IPv6, options.AcceptedMark));
    }

    [Theory]
    [InlineData("invalid IP address: 010.1.1.1", "--ip=010.1.1.1")]
    [InlineData("invalid IP address: 1.2.3", "--ip=1.2.3")]
    [InlineData("invalid IP address: 1.1", "--dns=1.1")]
    [InlineData("invalid IP address: 1.1", "--host-gateway-ip=1.1")]
    [InlineData("invalid base pool \"10.1/16\"", "--default-address-pool=base=10.1/16,size=24")]
    [InlineData("invalid CIDR address: 10.1/24", "--bip=10.1/24")]
    [InlineData("a_b is not a valid domain", "--dns-search=a_b")]
    [InlineData("q\nnameserver 6.6.6.6 is not a valid domain", "--dns-search=q\nnameserver 6.6.6.6")]
    [InlineData("invalid dns-opt \"a b\"", "--dns-opt=a b")]
    [InlineData("invalid MTU number: 67", "--mtu=67")]
    [InlineData("invalid MTU number: -1", "--mtu=-1")]
    [InlineData("invalid MTU number: 70000", "--mtu=70000")]
    [InlineData("invalid CIDR address: 10.0.0.1/8", "--bip6=10.0.0.1/8")]
    [InlineData("invalid CIDR address: fd00::/64", "--fixed-cidr=fd00::/64")]
    [InlineData("only one IPv4 address is allowed for --host-gateway-ip", "--host-gateway-ip=10.0.0.1", "--host-gateway-ip=10.0.0.2")]
    [InlineData("invalid pools size: 8: it has to be from 13 to 30", "--default-address-pool=base=10.8.0.0/13,size=8")]
    [InlineData("invalid pools size: ", "--default-address-pool=base=10.8.0.0/13")]
    [InlineData("unexpected key 'shape' in 'shape=1'", "--default-address-pool=base=10.8.0.0/13,shape=1")]
    [InlineData("it has to be driver=option=value", "--default-network-opt=bridge=x")]
    [InlineData("invalid bridge-accept-fwmark \"x/1\"", "--bridge-accept-fwmark=x/1")]
    public void What_is_malformed_is_refused(string words, params string[] arguments) =>
        Assert.Contains(words, Assert.Throws<QuaiException>(() => From(arguments)).Message, StringComparison.Ordinal);

    public void Dispose() => File.Delete(_file);

    private static NetworkOptions From(params string[] arguments) => DaemonConfiguration.Load(Arguments.Parse(["--config-file", "/dev/null", .. arguments])).Networks;
}

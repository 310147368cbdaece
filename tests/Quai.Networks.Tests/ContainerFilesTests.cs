using System.Net;
using Quai.Errors;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests;

public sealed class ContainerFilesTests
{
    private const string Head = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

    [Fact]
    public void Hosts_has_extra_hosts_before_the_containers_own_line() => Assert.Equal(
        Head + "1.2.3.4\tx\n::1\tsix\n10.0.0.1\thost.docker.internal\n10.0.0.9\tfoo.bar.com foo\n",
        ContainerFiles.Hosts("foo", "bar.com", [IPAddress.Parse("10.0.0.9")], ["x:1.2.3.4", "six=[::1]", "host.docker.internal:host-gateway"], [IPAddress.Parse("10.0.0.1")]));

    [Fact]
    public void Hosts_without_an_endpoint_has_no_own_line() => Assert.Equal(Head, ContainerFiles.Hosts("foo", null, [], [], []));

    [Theory]
    [InlineData("x:nothing")]
    [InlineData("x")]
    [InlineData("x:host-gateway")]
    public void A_host_without_an_address_is_refused(string extra) =>
        Assert.Throws<QuaiException>(() => ContainerFiles.Hosts("foo", null, [], [extra], []));

    [Fact]
    public void Loopback_and_IPv6_servers_of_the_host_are_left_out() => Assert.Equal(
        "nameserver 10.1.1.1\nsearch a.b c.d\noptions ndots:2 edns0\n",
        Resolv("# made by hand\nnameserver 127.0.0.1\nnameserver fe80::1\nnameserver 10.1.1.1\nsearch a.b c.d\noptions ndots:2\noptions edns0\n"));

    [Fact]
    public void With_no_server_left_Dockers_fallback_is_used() => Assert.Equal("nameserver 8.8.8.8\nnameserver 8.8.4.4\n", Resolv("nameserver 127.0.0.53\n"));

    [Fact]
    public void The_host_network_keeps_all_servers() => Assert.Equal("nameserver 127.0.0.53\nnameserver ::1\n", ContainerFiles.ResolvConf("nameserver 127.0.0.53\nnameserver ::1\n", [], [], [], hostNetwork: true));

    [Fact]
    public void A_containers_own_settings_take_the_hosts_place() => Assert.Equal(
        "nameserver 127.0.0.1\nsearch x.y\noptions ndots:3\n",
        ContainerFiles.ResolvConf("nameserver 10.1.1.1\nsearch a.b\noptions ndots:2\n", ["127.0.0.1"], ["x.y"], ["ndots:3"], hostNetwork: false));

    [Fact]
    public void A_dot_searches_nothing() => Assert.Equal("nameserver 10.1.1.1\n", ContainerFiles.ResolvConf("nameserver 10.1.1.1\nsearch a.b\n", [], ["."], [], hostNetwork: false));

    [Fact]
    public void Behind_the_stub_resolver_are_the_true_servers()
    {
        string folder = Directory.CreateTempSubdirectory("quai-resolv-").FullName;
        try
        {
            string stub = Path.Combine(folder, "stub"), behind = Path.Combine(folder, "behind");
            File.WriteAllText(stub, "nameserver 127.0.0.53\noptions edns0\n");
            File.WriteAllText(behind, "nameserver 10.2.2.2\n");
            Assert.Equal("nameserver 10.2.2.2\n", ContainerFiles.HostResolvConf(hostNetwork: false, stub, behind));
            Assert.StartsWith("nameserver 127.0.0.53", ContainerFiles.HostResolvConf(hostNetwork: true, stub, behind), StringComparison.Ordinal);
            File.Delete(behind);
            Assert.StartsWith("nameserver 127.0.0.53", ContainerFiles.HostResolvConf(hostNetwork: false, stub, behind), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Resolv(string host) => ContainerFiles.ResolvConf(host, [], [], [], hostNetwork: false);
}

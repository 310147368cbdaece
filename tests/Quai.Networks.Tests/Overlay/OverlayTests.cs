using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux;
using Quai.Networks.Ports;
using Quai.Networks.Sandboxes;
using Xunit;

namespace Quai.Networks.Tests.Overlay;

/// <summary>Overlay networks in the clear, whose options name the other hosts.</summary>
public sealed class OverlayTests
{
    [Fact]
    public void Containers_of_all_hosts_are_neighbours()
    {
        using var hosts = new OverlayHosts(3);
        Network[] networks = [.. Enumerable.Range(0, 3).Select(i => hosts.Create(i, [.. Enumerable.Range(0, 3).Where(p => p != i)]))];
        (NamespaceThread a, Endpoint first) = hosts[0].Run("a", networks[0]);
        (NamespaceThread b, Endpoint second) = hosts[1].Run("b", networks[1]);
        (NamespaceThread c, Endpoint third) = hosts[2].Run("c", networks[2]);
        Assert.Equal(["10.77.0.16", "10.77.0.32", "10.77.0.48"], ((Endpoint[])[first, second, third]).Select(e => e.IPv4!.Address.ToString()));
        using TcpListener atA = a.ServeTcp(80), atB = b.ServeTcp(80), atC = c.ServeTcp(80);
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.48", 80));
        Assert.Equal("10.77.0.32", OverlayHosts.Call(b, "10.77.0.48", 80));
        Assert.Equal("10.77.0.48", OverlayHosts.Call(c, "10.77.0.16", 80));
    }

    [Fact]
    public void What_fits_is_known_and_what_is_asked_for_too_large_is_refused()
    {
        using var hosts = new OverlayHosts();
        Network network = hosts.Create(0, [1]);
        (NamespaceThread a, _) = hosts[0].Run("a", network);
        Assert.Contains("mtu 1450", TestHost.Command(a, "ip", "link", "show", "eth0"), StringComparison.Ordinal);
        QuaiException refused = Assert.Throws<QuaiException>(() => hosts.Create(1, [0], ("com.docker.network.driver.mtu", "1451")));
        Assert.Equal("MTU 1451 is too large: interface under0, which has 192.0.2.2, carries 1500 bytes, of which the tunnel takes 50", refused.Message);
        Network small = hosts.Create(1, [0], ("com.docker.network.driver.mtu", "1300"));
        (NamespaceThread b, _) = hosts[1].Run("b", small);
        Assert.Contains("mtu 1300", TestHost.Command(b, "ip", "link", "show", "eth0"), StringComparison.Ordinal);
    }

    [Fact]
    public void It_leads_nowhere_else_and_the_host_is_not_on_it()
    {
        using var hosts = new OverlayHosts();
        Network network = hosts.Create(0, [1]);
        (NamespaceThread a, Endpoint first) = hosts[0].Run(hosts[0].Lease("a", network, new PortRequest(80, "tcp", null, 8080, 8080)));
        using TcpListener atA = a.ServeTcp(80), outside = hosts[0].Outside.ServeTcp(90), atHost = hosts[0].Host.ServeTcp(91);
        Assert.Empty(first.Ports);
        Assert.DoesNotContain("default", TestHost.Command(a, "ip", "route"), StringComparison.Ordinal);
        Assert.Null(a.Call(TestHost.OutsideAddress, 90));
        Assert.Null(hosts[0].Host.Call("10.77.0.16", 80));
        Assert.Null(hosts[0].Outside.Call("10.77.0.16", 80));

        // On another network, too, it reaches the outside by that.
        Endpoint other = hosts[0].Lease("a");
        hosts[0].Connect(a, SandboxSetup.Joined(other, hosts[0].Service.EndpointsOf("a")));
        Assert.Equal(TestHost.Address, OverlayHosts.Call(a, TestHost.OutsideAddress, 90));
    }

    [Fact]
    public void Hosts_talk_by_IPv6_and_so_do_containers()
    {
        using var hosts = new OverlayHosts();
        for (int i = 0; i < 2; i++)
        {
            hosts.Create(i, OverlayHosts.Address6Of(i), [OverlayHosts.Address6Of(1 - i)], ("quai.overlay.port", "4790"));
        }

        (NamespaceThread a, _) = hosts[0].Run("a", hosts[0].Service.Resolve("over"));
        (NamespaceThread b, _) = hosts[1].Run("b", hosts[1].Service.Resolve("over"));
        using TcpListener atB = b.ServeTcp(80);
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
        Assert.Contains("mtu 1430", TestHost.Command(a, "ip", "link", "show", "eth0"), StringComparison.Ordinal);
        Assert.Contains("dstport 4790", hosts[0].Command("ip", "-d", "link", "show", "type", "vxlan"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_restart_finds_it_as_it_was_and_a_removal_leaves_nothing()
    {
        using var hosts = new OverlayHosts();
        Network network = hosts.Create(0, [1]);
        hosts.Create(1, [0]);
        (NamespaceThread a, _) = hosts[0].Run("a", network);
        (NamespaceThread b, _) = hosts[1].Run("b", hosts[1].Service.Resolve("over"));
        using TcpListener atB = b.ServeTcp(80);
        int before = Assert.Single(hosts[0].HostLinks(), l => l.Kind == "vxlan").Index;

        // What somebody else put there does not stay.
        hosts[0].Command("bridge", "fdb", "append", "00:00:00:00:00:00", "dev", "vx-" + network.Id[..12], "dst", "192.0.2.77");
        hosts[0].Restart("a");
        Assert.Equal(before, Assert.Single(hosts[0].HostLinks(), l => l.Kind == "vxlan").Index);
        Assert.Equal([IPAddress.Parse("192.0.2.2")], hosts[0].Service.Overlays.Peers(network.Id));
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));

        hosts[0].Release("a");
        hosts[0].Host.Await(() => hosts[0].Service.RemoveAsync(network.Id, CancellationToken.None));
        Assert.DoesNotContain(hosts[0].HostLinks(), l => l.Kind == "vxlan" || l.Name.StartsWith("ov-", StringComparison.Ordinal));
        Assert.Throws<QuaiException>(() => hosts[0].Service.Overlays.Peers(network.Id));
    }

    [Fact]
    public void A_host_without_the_address_makes_nothing_and_a_number_is_one_networks()
    {
        using var hosts = new OverlayHosts(1);
        QuaiException refused = Assert.Throws<QuaiException>(() => hosts.Create(0, "192.0.2.200", ["192.0.2.2"]));
        Assert.Equal("192.0.2.200 is not an address of this host: give one of its own with -o quai.overlay.local=…", refused.Message);
        hosts[0].Command("ip", "link", "add", "theirs", "type", "vxlan", "id", "4097", "dstport", "4789");
        refused = Assert.Throws<QuaiException>(() => hosts.Create(0, [1]));
        Assert.Equal((ErrorKind.Conflict, "number 4097 on UDP port 4789 is that of interface theirs of this host already: choose another, on all hosts"), (refused.Kind, refused.Message));
        hosts[0].Command("ip", "link", "del", "theirs");
        Assert.DoesNotContain(hosts[0].HostLinks(), l => l.Name.StartsWith("ov-", StringComparison.Ordinal));
        hosts.Create(0, [1]);
    }
}

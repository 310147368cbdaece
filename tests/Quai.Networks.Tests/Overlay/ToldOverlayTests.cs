using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Quai.Errors;
using Quai.Linux.Netlink;
using Quai.Linux.Netlink.Tunnels;
using Quai.Linux.Xfrm;
using Quai.Networks.Drivers.Overlay;
using Xunit;

namespace Quai.Networks.Tests.Overlay;

/// <summary>Overlay networks that are told of the other hosts, as a cluster does.</summary>
public sealed class ToldOverlayTests
{
    [Fact]
    public void Containers_find_each_other_once_told_and_no_more_once_that_is_taken_back()
    {
        using var hosts = new OverlayHosts();
        (NamespaceThread a, NamespaceThread b) = Run(hosts);
        using TcpListener atB = b.ServeTcp(80);
        Assert.Null(a.Call("10.77.0.32", 80));
        Tell(hosts);
        Tell(hosts);
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));

        // No question for hardware addresses leaves the host.
        Assert.Equal([Peer(hosts, 0)], At(hosts, 0).Peers(Id(hosts, 0)));
        OverlayEndpoint there = Assert.Single(At(hosts, 1).LocalEndpoints(Id(hosts, 1)));
        Assert.Equal((OverlayHosts.AddressOf(1), "10.77.0.32"), (there.Host.ToString(), Assert.Single(there.Addresses).ToString()));
        for (int i = 0; i < 2; i++)
        {
            At(hosts, 0).RemoveEndpoint(Id(hosts, 0), there);
        }

        TestHost.Command(a, "ip", "neigh", "flush", "all");
        Assert.Null(a.Call("10.77.0.32", 80));
    }

    [Fact]
    public void A_peer_takes_with_it_what_was_there_and_a_restart_finds_what_was_told()
    {
        using var hosts = new OverlayHosts();
        (NamespaceThread a, NamespaceThread b) = Run(hosts);
        using TcpListener atB = b.ServeTcp(80);
        Tell(hosts);
        hosts[0].Restart("a");
        Assert.Equal([Peer(hosts, 0)], At(hosts, 0).Peers(Id(hosts, 0)));
        Assert.Equal("10.77.0.16", OverlayHosts.Call(a, "10.77.0.32", 80));
        Assert.Single(Assert.Single(At(hosts, 0).LocalEndpoints(Id(hosts, 0))).Addresses);
        for (int i = 0; i < 2; i++)
        {
            At(hosts, 0).RemovePeer(Id(hosts, 0), Peer(hosts, 0));
        }

        Assert.Empty(At(hosts, 0).Peers(Id(hosts, 0)));
        hosts[0].Host.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
            Assert.DoesNotContain(Neighbours.ListForwarding(socket), n => Peer(hosts, 0).Equals(n.Address));
            Assert.DoesNotContain(Neighbours.List(socket, AddressFamily.InterNetwork), n => n.Address?.ToString() == "10.77.0.32");
        });
        OverlayEndpoint there = At(hosts, 1).LocalEndpoints(Id(hosts, 1))[0];
        Assert.Equal(
            $"{there.MacAddress} cannot be on host 192.0.2.2, which is none of the network's", Assert.Throws<QuaiException>(() => At(hosts, 0).AddEndpoint(Id(hosts, 0), there)).Message);
        Assert.Throws<QuaiException>(() => At(hosts, 0).AddPeer(Id(hosts, 0), IPAddress.Parse("192.0.2.1")));
        Assert.Throws<QuaiException>(() => At(hosts, 0).AddPeer(Id(hosts, 0), IPAddress.Parse("2001:db8:2::2")));
        Assert.Throws<QuaiException>(() => At(hosts, 0).SetKeys(Id(hosts, 0), new OverlayKeys(NewKey(), [])));
    }

    [Fact]
    public void A_key_is_changed_while_containers_talk()
    {
        using var hosts = new OverlayHosts();
        if (!hosts.CanEncrypt())
        {
            Assert.StartsWith("this host's kernel ", Assert.Throws<QuaiException>(Begin).Message, StringComparison.Ordinal);
            return;
        }

        Begin();
        NamespaceThread a = hosts[0].Run("c", hosts[0].Service.Resolve("over")).Sandbox, b = hosts[1].Run("d", hosts[1].Service.Resolve("over")).Sandbox;
        Assert.Equal("host 192.0.2.1 cannot be added to an encrypted network that has no keys yet", Assert.Throws<QuaiException>(() => At(hosts, 1).AddPeer(Id(hosts, 1), Peer(hosts, 1))).Message);
        OverlayKey old = NewKey(), next = NewKey();
        Both(new OverlayKeys(old, []));
        Tell(hosts);

        using TcpListener atB = b.ServeTcp(80);
        Assert.Equal("10.77.0.17", OverlayHosts.Call(a, "10.77.0.33", 80));
        Both(new OverlayKeys(old, [next]));
        Assert.Equal("10.77.0.17", OverlayHosts.Call(a, "10.77.0.33", 80));

        // One host sends by the new one already, the other does not yet.
        At(hosts, 0).SetKeys(Id(hosts, 0), new OverlayKeys(next, [old]));
        Assert.Equal("10.77.0.17", OverlayHosts.Call(a, "10.77.0.33", 80));
        At(hosts, 1).SetKeys(Id(hosts, 1), new OverlayKeys(next, [old]));
        Assert.Equal("10.77.0.17", OverlayHosts.Call(a, "10.77.0.33", 80));
        Both(new OverlayKeys(next, []));
        Assert.Equal("10.77.0.17", OverlayHosts.Call(a, "10.77.0.33", 80));
        Assert.Equal(2, hosts[0].Host.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_XFRM);
            return XfrmStates.List(socket).Count;
        }));

        // Whoever has another is not understood.
        At(hosts, 1).SetKeys(Id(hosts, 1), new OverlayKeys(NewKey(), []));
        Assert.Null(a.Call("10.77.0.33", 80));

        void Begin()
        {
            Run(hosts, ("encrypted", ""));
            At(hosts, 0).SetKeys(Id(hosts, 0), new OverlayKeys(NewKey(), []));
            At(hosts, 0).AddPeer(Id(hosts, 0), Peer(hosts, 0));
        }

        void Both(OverlayKeys keys)
        {
            At(hosts, 0).SetKeys(Id(hosts, 0), keys);
            At(hosts, 1).SetKeys(Id(hosts, 1), keys);
        }
    }

    private static OverlayKey NewKey() => new(RandomNumberGenerator.GetBytes(32));

    private static IOverlayNetworks At(OverlayHosts hosts, int host) => hosts[host].Service.Overlays;

    private static string Id(OverlayHosts hosts, int host) => hosts[host].Service.Resolve("over").Id;

    private static IPAddress Peer(OverlayHosts hosts, int host) => hosts.Count == 2 ? IPAddress.Parse(OverlayHosts.AddressOf(1 - host)) : throw new InvalidOperationException("there are two hosts");

    private static (NamespaceThread A, NamespaceThread B) Run(OverlayHosts hosts, params (string Option, string Value)[] options)
    {
        hosts.Create(0, OverlayHosts.AddressOf(0), null, options);
        hosts.Create(1, OverlayHosts.AddressOf(1), null, options);
        return (hosts[0].Run("a", hosts[0].Service.Resolve("over")).Sandbox, hosts[1].Run("b", hosts[1].Service.Resolve("over")).Sandbox);
    }

    private static void Tell(OverlayHosts hosts)
    {
        for (int host = 0; host < 2; host++)
        {
            At(hosts, host).AddPeer(Id(hosts, host), Peer(hosts, host));
            foreach (OverlayEndpoint endpoint in At(hosts, 1 - host).LocalEndpoints(Id(hosts, 1 - host)))
            {
                At(hosts, host).AddEndpoint(Id(hosts, host), endpoint);
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Quai.Linux.Netlink;
using Quai.Networks.Dns;
using Quai.Networks.Dns.Messages;
using Quai.Networks.Egress;
using Quai.Networks.Tests.Dns;
using Xunit;

namespace Quai.Networks.Tests.Egress;

/// <summary>What containers reach by names: what they were answered, and not before.</summary>
public sealed class EgressNameTests
{
    private const string Policy = "allow 198.51.100.2 udp/53; allow *.example tcp/90; allow exact.test tcp/91; deny any";

    [Fact]
    public void A_name_is_let_through_once_it_is_asked_for()
    {
        using var host = new TestHost();
        using Socket upstream = Serve(host, lifetime: 1);
        using TcpListener one = host.Outside.ServeTcp(90), two = host.Outside.ServeTcp(91);
        NamespaceThread inside = EgressTests.Run(host, "a", EgressTests.Make(host, Policy));
        using Socket resolver = Resolve(host, inside, "a");
        Assert.Equal("000", Reached(inside));

        // Nothing of what is not meant.
        Ask(inside, resolver, "example", RecordType.A);
        Ask(inside, resolver, "other.test", RecordType.A);
        Ask(inside, resolver, "exact.test.example.org", RecordType.A);
        Assert.Equal("000", Reached(inside));
        Ask(inside, resolver, "a.Example", RecordType.A);
        Assert.Equal("100", Reached(inside));
        Ask(inside, resolver, "b.c.example", RecordType.AAAA);
        Assert.Equal("101", Reached(inside));
        Ask(inside, resolver, "EXACT.test", RecordType.A);
        Assert.Equal("111", Reached(inside));

        // Short lifetimes are made longer, answers that are kept count, and a flush loses nothing.
        Thread.Sleep(1500);
        Ask(inside, resolver, "a.example", RecordType.A);
        host.Command("nft", "flush", "ruleset");
        Assert.True(SpinWait.SpinUntil(() => host.Command("nft", "list", "ruleset").Contains("198.51.100.2 timeout", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
        Assert.Equal("111", Reached(inside));

        // The next daemon finds what the table has.
        host.Restart("a");
        Assert.Equal("111", Reached(inside));
    }

    [Fact]
    public void A_containers_own_names_are_its_own()
    {
        using var host = new TestHost();
        using Socket upstream = Serve(host, lifetime: 3600);
        using TcpListener one = host.Outside.ServeTcp(90), two = host.Outside.ServeTcp(91);
        Network network = EgressTests.Make(host, "allow 198.51.100.2 udp/53; deny any");
        NamespaceThread a = EgressTests.Run(host, "a", network, "allow *.example tcp/90"), b = EgressTests.Run(host, "b", network, "allow *.example tcp/91");
        using Socket ofA = Resolve(host, a, "a"), ofB = Resolve(host, b, "b");
        Ask(a, ofA, "a.example", RecordType.A);
        Assert.Equal(("100", "000"), (Reached(a), Reached(b)));
        Ask(b, ofB, "a.example", RecordType.A);
        Assert.Equal(("100", "010"), (Reached(a), Reached(b)));
        string rules = host.Command("nft", "list", "ruleset");
        Assert.Matches("198\\.51\\.100\\.2 timeout 1h15m30s expires 1h15m", rules);

        // An answer that is kept is not written again and again.
        Ask(a, ofA, "a.example", RecordType.A);
        host.Release("a");
        host.Release("b");
        Assert.DoesNotContain("timeout", host.Command("nft", "list", "ruleset"), StringComparison.Ordinal);
    }

    private static string Reached(NamespaceThread from) => string.Concat(
        new[] { (TestHost.OutsideAddress, 90), (TestHost.OutsideAddress, 91), (TestHost.OutsideAddress6, 90) }.Select(t => EgressTests.Reaches(from, t.Item1, t.Item2) ? '1' : '0'));

    /// <summary>A server outside that knows one address of each family for every name.</summary>
    private static Socket Serve(TestHost host, uint lifetime)
    {
        Socket socket = host.Outside.Run(() =>
        {
            var made = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            made.Bind(new IPEndPoint(IPAddress.Parse(TestHost.OutsideAddress), 53));
            return made;
        });
        _ = Task.Run(async () =>
        {
            byte[] room = new byte[4096];
            try
            {
                while (true)
                {
                    SocketReceiveFromResult received = await socket.ReceiveFromAsync(room, new IPEndPoint(IPAddress.Any, 0));
                    byte[] message = room[..received.ReceivedBytes];
                    bool ipv6 = message[TestMessages.QuestionEnd(message) - 3] == (byte)RecordType.AAAA;
                    byte[] address = IPAddress.Parse(ipv6 ? TestHost.OutsideAddress6 : TestHost.OutsideAddress).GetAddressBytes();
                    await socket.SendToAsync(TestMessages.Answer(message, 0, [TestMessages.Record(ipv6 ? RecordType.AAAA : RecordType.A, lifetime, address)]), received.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        });
        return socket;
    }

    /// <summary>Has a container's names served; gives a socket of the container's that is connected to its server.</summary>
    private static Socket Resolve(TestHost host, NamespaceThread inside, string container)
    {
        TestHost.Command(inside, "ip", "link", "set", "lo", "up");
        (ResolverSockets sockets, Socket client) = inside.Run(() =>
        {
            Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            tcp.Listen();
            var made = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10000 };
            made.Connect(udp.LocalEndPoint!);
            return (new ResolverSockets(udp, tcp, NetworkNamespace.OpenCurrent()), made);
        });
        host.Service.ServeNames(container, sockets, new ResolverSettings([IPAddress.Parse(TestHost.OutsideAddress)], null));
        return client;
    }

    private static void Ask(NamespaceThread inside, Socket resolver, string name, RecordType type) => inside.Run(() =>
    {
        byte[] room = new byte[4096];
        resolver.Send(TestMessages.Query(name, type));
        Assert.Single(new ReadMessage(room.AsSpan(0, resolver.Receive(room))).Answers);
    });
}

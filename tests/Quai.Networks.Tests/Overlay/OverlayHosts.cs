using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Quai.Linux.Netlink;

namespace Quai.Networks.Tests.Overlay;

/// <summary>Hosts on one network of their own, 192.0.2.0/24 and 2001:db8:2::/64: the first is .1 and ::1. Others that have no daemon can be on it, too.</summary>
internal sealed class OverlayHosts : IDisposable
{
    private const int FirstPort = 100, Inside = 60;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly NamespaceThread _hub = new();
    private readonly List<TestHost> _hosts = [];
    private readonly List<NamespaceThread> _others = [];
    private int _count;

    /// <param name="hosts">How many have a daemon.</param>
    /// <param name="options">The daemons' settings; null for usual ones.</param>
    public OverlayHosts(int hosts = 2, NetworkOptions? options = null)
    {
        _hub.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
            using var writer = new NetlinkWriter();
            Links.WriteBridge(writer, "hub0", [2, 0, 0, 0, 0, 0x77], 0);
            socket.Request(writer.Written, "make the hub");
        });
        int index = _hub.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
            return Links.Find(socket, "hub0")!.Value.Index;
        });
        Hub = index;
        Change(_hub, new LinkChange { Index = index, Up = true });
        for (int i = 0; i < hosts; i++)
        {
            _hosts.Add(new TestHost(options, host => Join(host.Host)));
        }
    }

    private int Hub { get; }

    public int Count => _hosts.Count;

    public TestHost this[int index] => _hosts[index];

    public static string AddressOf(int host) => string.Create(CultureInfo.InvariantCulture, $"192.0.2.{host + 1}");

    public static string Address6Of(int host) => string.Create(CultureInfo.InvariantCulture, $"2001:db8:2::{host + 1}");

    /// <summary>What a server answers at last: a question for a hardware address that was asked too early is asked again by the kernel after a second.</summary>
    public static string? Call(NamespaceThread from, string address, int port)
    {
        for (var spent = Stopwatch.StartNew(); ;)
        {
            string? answer = from.Call(address, port);
            if (answer is not null || spent.Elapsed > s_patience)
            {
                return answer;
            }
        }
    }

    /// <summary>Somebody else on the network.</summary>
    public NamespaceThread Stranger()
    {
        var stranger = new NamespaceThread();
        _others.Add(stranger);
        Join(stranger);
        return stranger;
    }

    /// <summary>Whether the kernel can encrypt, asked in another way than Quai's.</summary>
    public bool CanEncrypt() => this[0].Command(
        "ip", "xfrm", "state", "add", "src", "198.51.100.77", "dst", "198.51.100.78", "proto", "esp", "spi", "0x100", "mode", "transport", "aead", "rfc4106(gcm(aes))", "0x" + new string('1', 72), "128").Length == 0
        && this[0].Command("ip", "xfrm", "state", "delete", "src", "198.51.100.77", "dst", "198.51.100.78", "proto", "esp", "spi", "0x100").Length == 0;

    /// <summary>Listens to all that passes between the hosts.</summary>
    public Wiretap Listen() => _hub.Run(() => new Wiretap());

    /// <summary>Makes the network on one host, with others as its peers and the addresses 10.77.0.HOST·16 to 15 above.</summary>
    public Network Create(int host, int[] peers, params (string Option, string Value)[] options) => Create(host, AddressOf(host), [.. peers.Select(AddressOf)], options);

    /// <inheritdoc cref="Create(int, int[], ValueTuple{string, string}[])"/>
    public Network Create(int host, string local, string[]? peers, params (string Option, string Value)[] options)
    {
        Dictionary<string, string> all = new()
        {
            ["quai.overlay.local"] = local, ["com.docker.network.driver.overlay.vxlanid_list"] = "4097",
        };
        if (peers is not null)
        {
            all["quai.overlay.peers"] = string.Join(',', peers);
        }

        foreach ((string option, string value) in options)
        {
            all[option] = value;
        }

        var request = new NetworkRequest("over", "overlay")
        {
            Options = all,
            Attributes = new NetworkAttributes { Asked = [new AskedSubnet("10.77.0.0/24", string.Create(CultureInfo.InvariantCulture, $"10.77.0.{16 * (host + 1)}/28"), null, null)] },
        };
        TestHost on = this[host];
        return on.Host.Await(() => on.Service.CreateAsync(request, CancellationToken.None));
    }

    public void Dispose()
    {
        foreach (TestHost host in _hosts)
        {
            host.Dispose();
        }

        foreach (NamespaceThread other in _others)
        {
            other.Dispose();
        }

        _hub.Dispose();
    }

    private static void Change(NamespaceThread where, LinkChange change) => where.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
        using var writer = new NetlinkWriter();
        Links.WriteChange(writer, change);
        socket.Request(writer.Written, "change an interface");
    });

    private void Join(NamespaceThread host)
    {
        int number = _count++;
        _hub.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
            using var writer = new NetlinkWriter();
            Links.WriteVeth(
                writer,
                new VethEnd { Name = $"port{number}", Index = FirstPort + number, Master = Hub, Up = true },
                new VethEnd { Name = "under0", Index = Inside, InNamespace = true, NamespaceDescriptor = host.Namespace.Number });
            socket.Request(writer.Written, "wire a host to the hub");
        });
        host.Run(() =>
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkConstants.NETLINK_ROUTE);
            using var writer = new NetlinkWriter();
            Links.WriteChange(writer, new LinkChange { Index = Links.Loopback, Up = true });
            socket.Request(writer.Written, "set lo up");
            writer.Clear();
            Links.WriteChange(writer, new LinkChange { Index = Inside, Up = true });
            socket.Request(writer.Written, "set under0 up");
            foreach ((string address, int prefix) in ((string, int)[])[(AddressOf(number), 24), (Address6Of(number), 64)])
            {
                writer.Clear();
                Addresses.WriteAdd(writer, Inside, IPAddress.Parse(address), prefix);
                socket.Request(writer.Written, "give the host its address");
            }
        });
    }
}

using Quai.Api.Containers;
using Quai.Api.Networks;
using Quai.Cli.Networks.Graph;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>Who reaches whom, in words and for Graphviz.</summary>
public sealed class NetworkGraphTests
{
    private static readonly NetworkInspect[] s_networks =
    [
        Network("shop", "10.1.0.0/24", "fd00:1::/64"),
        new() { Name = "back", Driver = "bridge", Internal = true, IPAM = new Ipam { Config = [new IpamConfig { Subnet = "10.2.0.0/24" }] } },
        new() { Name = "apart", Driver = "bridge", Options = { ["com.docker.network.bridge.enable_icc"] = "false" }, IPAM = new Ipam { Config = [new IpamConfig { Subnet = "10.3.0.0/24" }] } },
        Network("unused", "10.4.0.0/24"),
        new() { Name = "host", Driver = "host" },
    ];

    private static readonly List<ContainerSummary> s_containers =
    [
        Container("web", ["shop=10.1.0.2", "back=10.2.0.3"], new PortSummary { IP = "0.0.0.0", PublicPort = 8080, PrivatePort = 80, Type = "tcp" }, new PortSummary { IP = "::", PublicPort = 8080, PrivatePort = 80, Type = "tcp" }, new PortSummary { PrivatePort = 90, Type = "tcp" }),
        Container("db", ["back=10.2.0.2"], new PortSummary { IP = "127.0.0.1", PublicPort = 5432, PrivatePort = 5432, Type = "tcp" }),
        Container("alone", ["apart=10.3.0.2"]),
        Container("agent", ["host="]),
    ];

    [Fact]
    public void In_words() => Assert.Equal(
        """
        apart (bridge, 10.3.0.0/24): its containers do not reach each other, and the outside
          alone  10.3.0.2
        back (bridge, 10.2.0.0/24): its containers reach each other on all ports; it leads nowhere else
          db   10.2.0.2
          web  10.2.0.3
        host (host): the host's own network; whatever its containers listen on is the host's
          agent
        shop (bridge, 10.1.0.0/24, fd00:1::/64): its containers reach each other on all ports, and the outside
          web  10.1.0.2
        on several networks:
          web: back, shop
        open to the world:
          0.0.0.0:8080/tcp -> web 80/tcp
          [::]:8080/tcp    -> web 80/tcp
        open to this host alone:
          127.0.0.1:5432/tcp -> db 5432/tcp

        """,
        GraphText.ForPeople(NetworkGraph.Of(s_networks, s_containers, [])));

    [Fact]
    public void Of_one_network() => Assert.Equal(
        """
        unused (bridge, 10.4.0.0/24): its containers reach each other on all ports, and the outside

        """,
        GraphText.ForPeople(NetworkGraph.Of(s_networks, s_containers, ["unused"])));

    [Fact]
    public void Policies_of_what_is_reached_outside()
    {
        NetworkInspect[] networks =
        [
            new() { Name = "open", Driver = "bridge", Options = { ["quai.egress"] = "deny 10.0.0.0/8" } },
            new() { Name = "shut", Driver = "bridge", Options = { ["quai.egress"] = "deny any" } },
        ];
        ContainerSummary job = Container("job", ["shut=10.2.0.2", "open=10.1.0.2"]), mirror = Container("mirror", ["shut=10.2.0.3"]);
        mirror.NetworkSettings.Networks["shut"].DriverOpts = new() { ["quai.egress"] = "allow 10.0.0.5 tcp/873" };
        Assert.Equal(
            """
            open (bridge): its containers reach each other on all ports, and outside what its policy lets through: deny 10.0.0.0/8
              job  10.1.0.2
            shut (bridge): its containers reach each other on all ports; it leads nowhere else
              job     10.2.0.2
              mirror  10.2.0.3  reaches outside by a policy of its own first: allow 10.0.0.5 tcp/873
            on several networks:
              job: open, shut

            """,
            GraphText.ForPeople(NetworkGraph.Of(networks, [job, mirror], [])));
        string dot = GraphText.ForGraphviz(NetworkGraph.Of(networks, [job, mirror], []));
        Assert.Equal(
            ["\"container mirror\" -> world [label=\"allow 10.0.0.5 tcp/873\"];", "\"network open\" -> world [label=\"deny 10.0.0.0/8\"];"],
            dot.Split('\n', StringSplitOptions.TrimEntries).Where(l => l.Contains("-> world", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void For_Graphviz()
    {
        string dot = GraphText.ForGraphviz(NetworkGraph.Of(s_networks, s_containers, ["back", "apart"]));
        Assert.StartsWith("digraph networks {\n", dot, StringComparison.Ordinal);
        Assert.Contains("  \"network apart\" [shape=ellipse, label=\"apart\\n10.3.0.0/24\", style=dashed];\n  \"network apart\" -> world;\n", dot, StringComparison.Ordinal);
        Assert.Contains("  \"container db\" -> \"network back\" [dir=both, label=\"10.2.0.2\"];\n", dot, StringComparison.Ordinal);
        Assert.Contains("  host -> \"container db\" [label=\"127.0.0.1:5432/tcp to 5432\"];\n", dot, StringComparison.Ordinal);
        Assert.DoesNotContain("\"network back\" -> world", dot, StringComparison.Ordinal);
        Assert.EndsWith("}\n", dot, StringComparison.Ordinal);
    }

    private static NetworkInspect Network(string name, params string[] subnets) => new() { Name = name, Driver = "bridge", IPAM = new Ipam { Config = [.. subnets.Select(s => new IpamConfig { Subnet = s })] } };

    private static ContainerSummary Container(string name, string[] networks, params PortSummary[] ports) => new()
    {
        Id = new string('0', 64),
        Names = ["/" + name],
        Ports = [.. ports],
        NetworkSettings = new SummaryNetworkSettings { Networks = networks.Select(n => n.Split('=')).ToDictionary(n => n[0], n => new EndpointSettings { IPAddress = n[1] }) },
    };
}

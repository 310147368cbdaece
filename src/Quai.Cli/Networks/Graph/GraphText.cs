using System.Text;

namespace Quai.Cli.Networks.Graph;

/// <summary>Writes a graph for people, or for Graphviz.</summary>
internal static class GraphText
{
    /// <summary>For people.</summary>
    public static string ForPeople(NetworkGraph graph)
    {
        var text = new StringBuilder();
        foreach (GraphNetwork network in graph.Networks)
        {
            text.Append(network.Name).Append(" (").AppendJoin(", ", [network.Driver, .. network.Subnets]).Append("): ").Append(Describe(network)).Append('\n');
            int width = network.Members.Select(m => m.Container.Length).DefaultIfEmpty().Max();
            foreach (GraphMember member in network.Members)
            {
                text.Append("  ").Append(member.Addresses.Count > 0 ? member.Container.PadRight(width) : member.Container).Append(member.Addresses.Count > 0 ? "  " : "").AppendJoin(' ', member.Addresses);
                text.Append(network.LeadsOutside && member.Egress.Length > 0 ? $"  reaches outside by a policy of its own first: {member.Egress}\n" : "\n");
            }
        }

        Between(text, graph);
        Ports(text, "open to the world:", graph.Ports.Where(p => !p.IsLocal));
        Ports(text, "open to this host alone:", graph.Ports.Where(p => p.IsLocal));
        return text.ToString();
    }

    /// <summary>For <c>dot</c>: networks are ellipses, containers are boxes, and the world is a node that published ports lead from.</summary>
    public static string ForGraphviz(NetworkGraph graph)
    {
        var text = new StringBuilder("digraph networks {\n  rankdir=LR;\n");
        foreach (GraphNetwork network in graph.Networks)
        {
            text.Append("  ").Append(Quote("network " + network.Name)).Append(" [shape=ellipse, label=").Append(Quote(string.Join("\n", [network.Name, .. network.Subnets])))
                .Append(network.ReachEachOther ? "" : ", style=dashed").Append("];\n");
            if (network.LeadsOutside && network.Egress != NetworkGraph.DenyAll && network.Members.Count > 0)
            {
                text.Append("  ").Append(Quote("network " + network.Name)).Append(" -> world").Append(network.Egress.Length > 0 ? $" [label={Quote(network.Egress)}]" : "").Append(";\n");
            }
        }

        foreach (string container in graph.Networks.SelectMany(n => n.Members).Select(m => m.Container).Distinct().Order(StringComparer.Ordinal))
        {
            text.Append("  ").Append(Quote("container " + container)).Append(" [shape=box, label=").Append(Quote(container)).Append("];\n");
        }

        foreach (GraphNetwork network in graph.Networks)
        {
            foreach (GraphMember member in network.Members)
            {
                text.Append("  ").Append(Quote("container " + member.Container)).Append(" -> ").Append(Quote("network " + network.Name))
                    .Append(" [dir=").Append(network.ReachEachOther ? "both" : "forward").Append(", label=").Append(Quote(string.Join("\n", member.Addresses))).Append("];\n");
                if (network.LeadsOutside && member.Egress.Length > 0 && member.Egress != NetworkGraph.DenyAll)
                {
                    text.Append("  ").Append(Quote("container " + member.Container)).Append(" -> world [label=").Append(Quote(member.Egress)).Append("];\n");
                }
            }
        }

        foreach (GraphPort port in graph.Ports)
        {
            text.Append(port.IsLocal ? "  host" : "  world").Append(" -> ").Append(Quote("container " + port.Container)).Append(" [label=").Append(Quote($"{port.Place} to {port.ContainerPort}")).Append("];\n");
        }

        return text.Append("}\n").ToString();
    }

    private static string Describe(GraphNetwork network) => network.Driver switch
    {
        "host" => "the host's own network; whatever its containers listen on is the host's",
        "null" => "leads nowhere",
        _ => (network.ReachEachOther ? "its containers reach each other on all ports" : "its containers do not reach each other") + (!network.LeadsOutside || network.Egress == NetworkGraph.DenyAll ? "; it leads nowhere else" : network.Egress.Length > 0 ? $", and outside what its policy lets through: {network.Egress}" : ", and the outside")
            + network.Mode switch
            {
                "nat-unprotected" when network.LeadsOutside => "; others reach all their ports at their own addresses",
                "routed" when network.LeadsOutside => "; others reach published ports at their own addresses",
                _ => "",
            },
    };

    /// <summary>Containers that are on several networks join them.</summary>
    private static void Between(StringBuilder text, NetworkGraph graph)
    {
        (string Container, string[] Networks)[] joining =
        [
            .. graph.Networks.SelectMany(n => n.Members.Select(m => (m.Container, n.Name))).GroupBy(m => m.Container).Where(g => g.Count() > 1)
                .Select(g => (g.Key, g.Select(m => m.Name).Order(StringComparer.Ordinal).ToArray())).OrderBy(j => j.Key, StringComparer.Ordinal),
        ];
        if (joining.Length > 0)
        {
            text.Append("on several networks:\n");
            foreach ((string container, string[] networks) in joining)
            {
                text.Append("  ").Append(container).Append(": ").AppendJoin(", ", networks).Append('\n');
            }
        }
    }

    private static void Ports(StringBuilder text, string head, IEnumerable<GraphPort> ports)
    {
        GraphPort[] shown = [.. ports];
        if (shown.Length == 0)
        {
            return;
        }

        text.Append(head).Append('\n');
        int width = shown.Max(p => p.Place.Length);
        foreach (GraphPort port in shown)
        {
            text.Append("  ").Append(port.Place.PadRight(width)).Append(" -> ").Append(port.Container).Append(' ').Append(port.ContainerPort).Append('/').Append(port.Protocol).Append('\n');
        }
    }

    private static string Quote(string text) => '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + '"';
}

using Quai.BuildProtocol.Llb;

namespace Quai.Build.Graphs;

/// <summary>The steps of a graph in an order.</summary>
internal static class VertexOrder
{
    /// <summary>The steps that lead to one, and itself: what comes first before what follows. Sources are none.</summary>
    public static IEnumerable<Vertex> To(Vertex vertex)
    {
        var order = new Stack<Vertex>();
        var pending = new Stack<Vertex>([vertex]);
        HashSet<string> seen = [];
        while (pending.TryPop(out Vertex? next))
        {
            if (seen.Add(next.Digest))
            {
                order.Push(next);
                foreach (Edge input in next.Inputs.Where(i => i.Vertex.Op.OpCase != Op.OpOneofCase.Source))
                {
                    pending.Push(input.Vertex);
                }
            }
        }

        return order;
    }
}

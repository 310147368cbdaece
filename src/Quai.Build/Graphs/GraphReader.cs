using Google.Protobuf;
using Quai.Build.Sources.Policies;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using BlobDigest = Quai.Oci.Images.Digest;

namespace Quai.Build.Graphs;

/// <summary>Reads a graph as clients and frontends send it: each operation as bytes, which name those before them by their digests; the last names the result.</summary>
public static class GraphReader
{
    private const int MostVertices = 100_000;

    /// <inheritdoc cref="Read(Definition, SourcePolicy?)"/>
    public static Edge? Read(Definition definition) => Read(definition, null);

    /// <summary>Reads it, and checks that all that it names is there.</summary>
    /// <param name="definition">The graph.</param>
    /// <param name="policy">Which sources it may have, and which stand for others; null for all as they are.</param>
    /// <returns>The result that is asked for; null for an empty graph.</returns>
    /// <exception cref="QuaiException">It is malformed: an operation is missing or unknown, or names an input that it does not have; or the policy refuses a source.</exception>
    public static Edge? Read(Definition definition, SourcePolicy? policy)
    {
        if (definition.Def.Count == 0)
        {
            return null;
        }

        if (definition.Def.Count > MostVertices)
        {
            throw Malformed($"it has {definition.Def.Count} operations, which is more than {MostVertices}");
        }

        Dictionary<string, Op> operations = [];
        string last = "";
        foreach (ByteString bytes in definition.Def)
        {
            last = BlobDigest.Of(bytes.Span).ToString();
            operations[last] = Allowed(Parse(bytes), policy);
        }

        Op end = operations[last];
        return end.Inputs.Count == 1 && end.OpCase == Op.OpOneofCase.None
            ? Resolve(operations, definition, end.Inputs[0])
            : throw Malformed("its last operation does not name the result");
    }

    private static Op Parse(ByteString bytes)
    {
        try
        {
            return Op.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw QuaiException.Invalid($"failed to parse llb proto op: {e.Message}", e);
        }
    }

    // The operations that take a source still name it by the digest that it had.
    private static Op Allowed(Op op, SourcePolicy? policy)
    {
        if (policy is null || op.OpCase != Op.OpOneofCase.Source)
        {
            return op;
        }

        try
        {
            Op allowed = op.Clone();
            allowed.Source = policy.Apply(op.Source);
            return allowed;
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, "failed to load LLB: error evaluating the source policy: " + e.Message, e);
        }
    }

    // Digests name only what was there before them, so there is no loop unless somebody finds a collision; the path is looked at all the same. Without recursion: a graph may be deep.
    private static Edge Resolve(Dictionary<string, Op> operations, Definition definition, Input result)
    {
        Dictionary<string, Vertex> made = [];
        HashSet<string> open = [];
        var pending = new Stack<string>();
        pending.Push(result.Digest);
        while (pending.TryPeek(out string? digest))
        {
            if (made.ContainsKey(digest))
            {
                pending.Pop();
                continue;
            }

            Op op = operations.GetValueOrDefault(digest) ?? throw Malformed($"the operation {digest} is named as an input and is not there");
            string[] missing = [.. op.Inputs.Select(i => i.Digest).Where(d => !made.ContainsKey(d)).Distinct()];
            if (missing.Length == 0)
            {
                Edge[] inputs = [.. op.Inputs.Select(i => new Edge(made[i.Digest], Index(made[i.Digest], i.Index)))];
                GraphRules.Check(digest, op);
                made[digest] = new Vertex(digest, op, definition.Metadata.GetValueOrDefault(digest) ?? new OpMetadata(), inputs);
                pending.Pop();
                continue;
            }

            if (!open.Add(digest))
            {
                throw Malformed($"the operation {digest} leads to itself");
            }

            foreach (string next in missing)
            {
                pending.Push(next);
            }
        }

        Vertex vertex = made[result.Digest];
        return new Edge(vertex, Index(vertex, result.Index));
    }

    private static int Index(Vertex vertex, long index) => index >= 0 && index < GraphRules.Outputs(vertex.Op)
        ? (int)index
        : throw Malformed($"the operation {vertex.Digest} has no output {index}");

    internal static QuaiException Malformed(string why) => QuaiException.Invalid($"invalid graph: {why}");
}

using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Quai.Oci.Images;
using PbRange = Quai.BuildProtocol.Llb.Range;

namespace Quai.Frontend.Graph;

/// <summary>Writes a graph as the solver takes it: each step's bytes once, inputs before what takes them, the result last.</summary>
internal sealed class GraphWriter
{
    /// <summary>The key of a step's name in its description.</summary>
    public const string NameKey = "llb.customname";

    private readonly Definition _definition = new();
    private readonly Dictionary<Vertex, string> _digests = [];
    private readonly SourceInfo? _source;

    private GraphWriter(SourceInfo? source)
    {
        _source = source;
        if (source is not null)
        {
            _definition.Source = new Source { Infos = { source } };
        }
    }

    /// <summary>Writes it.</summary>
    /// <param name="result">What is wanted; null for an empty result.</param>
    /// <param name="source">The file that steps come from; null for none.</param>
    public static Definition Write(Output? result, SourceInfo? source = null)
    {
        if (result is null)
        {
            return new Definition();
        }

        result = Real(result);
        var writer = new GraphWriter(source);
        var last = new Op { Inputs = { new Input { Digest = writer.Add(result.Vertex), Index = result.Index } } };
        byte[] bytes = last.ToByteArray();
        writer._definition.Def.Add(ByteString.CopyFrom(bytes));
        writer._definition.Metadata[Digest.Of(bytes).ToString()] = new OpMetadata();
        return writer._definition;
    }

    /// <summary>The steps of a graph that somebody else made.</summary>
    /// <returns>Its result; null for an empty one.</returns>
    public static Output? Read(Definition definition)
    {
        Dictionary<string, Vertex> vertices = [];
        Output? result = null;
        foreach (ByteString bytes in definition.Def)
        {
            Op op = Op.Parser.ParseFrom(bytes);
            List<Output> inputs = [.. op.Inputs.Select(i => new Output(vertices.TryGetValue(i.Digest, out Vertex? input) ? input
                : throw Errors.QuaiException.Invalid($"invalid graph: there is no step {i.Digest}"), (int)i.Index))];
            string digest = Digest.Of(bytes.Span).ToString();
            var vertex = new Vertex(op, inputs) { Written = bytes.ToByteArray() };
            if (definition.Metadata.TryGetValue(digest, out OpMetadata? metadata))
            {
                vertex.Metadata.MergeFrom(metadata);
            }

            vertices[digest] = vertex;
            result = op.OpCase == Op.OpOneofCase.None && inputs.Count == 1 ? inputs[0] : vertex.First;
        }

        return result;
    }

    /// <summary>Writes a step and all that it needs. They may be a long chain, so what is still to be written is kept in a list of its own.</summary>
    private string Add(Vertex wanted)
    {
        var open = new Stack<Vertex>([wanted]);
        while (open.TryPeek(out Vertex? vertex))
        {
            bool ready = true;
            for (int index = vertex.Inputs.Count - 1; index >= 0; index--)
            {
                Vertex input = Real(vertex.Inputs[index]).Vertex;
                if (!_digests.ContainsKey(input))
                {
                    open.Push(input);
                    ready = false;
                }
            }

            if (ready)
            {
                open.Pop();
                Write(vertex);
            }
        }

        return _digests[wanted];
    }

    private static Output Real(Output output) => output.Vertex.StandsFor ?? output;

    private void Write(Vertex vertex)
    {
        if (_digests.ContainsKey(vertex))
        {
            return;
        }

        byte[]? bytes = vertex.Written;
        if (bytes is null)
        {
            Op op = vertex.Op.Clone();
            op.Inputs.Clear();
            op.Inputs.Add(vertex.Inputs.Select(Real).Select(i => new Input { Digest = _digests[i.Vertex], Index = i.Index }));
            bytes = op.ToByteArray();
        }

        string digest = _digests[vertex] = Digest.Of(bytes).ToString();
        if (_definition.Metadata.TryAdd(digest, vertex.Metadata))
        {
            _definition.Def.Add(ByteString.CopyFrom(bytes));
        }
        else
        {
            // The same step from two places: what one of them must not take from the cache, neither does.
            _definition.Metadata[digest].IgnoreCache |= vertex.Metadata.IgnoreCache;
        }

        Place(digest, vertex);
    }

    private void Place(string digest, Vertex vertex)
    {
        if (_source is null || vertex.Lines.First == 0)
        {
            return;
        }

        if (!_definition.Source.Locations.TryGetValue(digest, out Locations? locations))
        {
            _definition.Source.Locations[digest] = locations = new Locations();
        }

        locations.Locations_.Add(new Location { SourceIndex = 0, Ranges = { Ranges(vertex.Lines) } });
    }

    /// <summary>Lines as the protocol has them: each a place of its own.</summary>
    public static IEnumerable<PbRange> Ranges(Dockerfiles.LineRange lines)
    {
        for (int line = lines.First; line > 0 && line <= lines.Last; line++)
        {
            yield return new PbRange { Start = new Position { Line = line }, End = new Position { Line = line } };
        }
    }
}

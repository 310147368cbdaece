using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using BlobDigest = Quai.Oci.Images.Digest;

namespace Quai.Build.Attestations.Provenance;

/// <summary>A graph whose operations have numbers, <c>step0</c> and so on: what is taken comes before what takes it, and the last one names the result.</summary>
internal sealed class NumberedGraph
{
    private readonly List<(string Digest, Op Op)> _steps = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    private NumberedGraph(Definition definition)
    {
        Dictionary<string, Op> operations = new(StringComparer.Ordinal);
        string last = "";
        foreach (ByteString bytes in definition.Def)
        {
            last = BlobDigest.Of(bytes.Span).ToString();
            operations[last] = Read(bytes);
        }

        // Without recursion: a graph may be deep. Digests name only what was there before them, so there is no loop.
        var open = new Stack<(string Digest, int Next)>();
        if (last.Length > 0)
        {
            open.Push((last, 0));
        }

        while (open.TryPop(out (string Digest, int Next) step))
        {
            if (_numbers.ContainsKey(step.Digest) || !operations.TryGetValue(step.Digest, out Op? op))
            {
                continue;
            }

            if (step.Next < op.Inputs.Count)
            {
                open.Push((step.Digest, step.Next + 1));
                open.Push((op.Inputs[step.Next].Digest, 0));
                continue;
            }

            _numbers[step.Digest] = _steps.Count;
            _steps.Add((step.Digest, op));
        }
    }

    /// <summary>Numbers a graph.</summary>
    public static NumberedGraph Of(Definition definition) => new(definition);

    /// <summary>The digests of the operations, by their numbers.</summary>
    public IEnumerable<string> Digests => _steps.Select(s => s.Digest);

    /// <summary>The name of an operation; null where the graph does not have it.</summary>
    public string? NameOf(string digest) => _numbers.TryGetValue(digest, out int number) ? Name(number) : null;

    /// <summary>Writes the operations, and by which digest each is known, as two members.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (_steps.Count == 0)
        {
            return;
        }

        json.WriteStartArray("llbDefinition");
        var operation = new OperationJson(json);
        for (int number = 0; number < _steps.Count; number++)
        {
            json.WriteStartObject();
            json.WriteString("id", Name(number));
            Op op = _steps[number].Op;
            json.Inner("op", () => operation.Write(op));
            json.Texts("inputs", [.. op.Inputs.Select(i => string.Create(CultureInfo.InvariantCulture, $"{NameOf(i.Digest)}:{i.Index}"))]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Map("digestMapping", _numbers.Select(n => KeyValuePair.Create(n.Key, Name(n.Value))));
    }

    /// <summary>Writes which lines of its sources each operation comes from.</summary>
    public void WriteLocations(Utf8JsonWriter json, Source source)
    {
        json.WriteStartObject("locations");
        foreach ((string digest, Op op) in _steps.Where(s => s.Op.OpCase != Op.OpOneofCase.None).OrderBy(s => Name(_numbers[s.Digest]), StringComparer.Ordinal))
        {
            json.Inner(Name(_numbers[digest]), () =>
            {
                if (source.Locations.TryGetValue(digest, out Locations? locations))
                {
                    json.Objects("locations", locations.Locations_, l => Write(json, l));
                }
            });
        }

        json.WriteEndObject();
    }

    // The graphs that sources came by are told as their clients said them, and nobody has looked at them before.
    private static Op Read(ByteString bytes)
    {
        try
        {
            return Op.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return new Op();
        }
    }

    private static void Write(Utf8JsonWriter json, Location location)
    {
        json.Number("sourceIndex", location.SourceIndex);
        json.Objects("ranges", location.Ranges, r =>
        {
            Write(json, "start", r.Start);
            Write(json, "end", r.End);
        });
    }

    private static void Write(Utf8JsonWriter json, string name, Position? position)
    {
        if (position is not null)
        {
            json.Inner(name, () =>
            {
                json.Number("line", position.Line);
                json.Number("character", position.Character);
            });
        }
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"step{number}");
}

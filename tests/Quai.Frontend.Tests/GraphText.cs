using System.Text;
using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Quai.Oci.Images;

namespace Quai.Frontend.Tests;

/// <summary>Writes graphs for people: each step with a number, its inputs by their numbers.</summary>
internal static class GraphText
{
    public static string Write(Definition definition)
    {
        var text = new StringBuilder();
        Dictionary<string, int> numbers = [];
        foreach (ByteString bytes in definition.Def)
        {
            string digest = Digest.Of(bytes.Span).ToString();
            int number = numbers[digest] = numbers.Count;
            Op op = Op.Parser.ParseFrom(bytes);
            text.Append($"#{number} {definition.Metadata[digest].Description.GetValueOrDefault("llb.customname", "(result)")}\n");
            if (op.Inputs.Count > 0)
            {
                text.Append($"  inputs: {string.Join(' ', op.Inputs.Select(i => $"#{numbers[i.Digest]}:{i.Index}"))}\n");
            }

            if (definition.Metadata[digest].IgnoreCache)
            {
                text.Append("  ignore cache\n");
            }

            if (definition.Source?.Locations.TryGetValue(digest, out Locations? places) == true)
            {
                text.Append($"  lines: {string.Join(' ', places.Locations_.SelectMany(l => l.Ranges).Select(r => r.Start.Line))}\n");
            }

            foreach (string line in Body(op))
            {
                text.Append($"  {line}\n");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<string> Body(Op op) => op.OpCase switch
    {
        Op.OpOneofCase.Source => [op.Source.Identifier, .. op.Source.Attrs.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key} = {a.Value}")],
        Op.OpOneofCase.Exec =>
        [
            $"{op.Exec.Meta}", .. op.Exec.Mounts.Select(m => $"mount {m}"), .. op.Exec.Secretenv.Select(s => $"secret {s}"),
            .. op.Exec.Network != NetMode.Unset ? new[] { $"network {op.Exec.Network}" } : [],
        ],
        Op.OpOneofCase.File => op.File.Actions.Select(a => a.ToString()),
        Op.OpOneofCase.Merge => [op.Merge.ToString()],
        _ => [],
    };
}

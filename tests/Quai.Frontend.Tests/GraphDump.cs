using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Tests;

/// <summary>A graph as text: each step with its number, what it takes, its name, and what it does.</summary>
internal static class GraphDump
{
    public static string Of(Definition definition)
    {
        Dictionary<string, int> numbers = [];
        var dump = new StringBuilder();
        foreach (ByteString bytes in definition.Def)
        {
            string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
            Op op = Op.Parser.ParseFrom(bytes);
            OpMetadata metadata = definition.Metadata[digest];
            string inputs = string.Concat(op.Inputs.Select(i => $" <{numbers[i.Digest]}"));
            if (op.OpCase == Op.OpOneofCase.None)
            {
                dump.Append($"result{inputs}\n");
                continue;
            }

            dump.Append($"{numbers.Count}{inputs} {metadata.Description["llb.customname"]}{(metadata.IgnoreCache ? " (no cache)" : "")}");
            if (definition.Source?.Locations.TryGetValue(digest, out Locations? places) ?? false)
            {
                dump.Append($" @{string.Join(',', places!.Locations_.SelectMany(l => l.Ranges).Select(r => r.Start.Line == r.End.Line ? $"{r.Start.Line}" : $"{r.Start.Line}-{r.End.Line}"))}");
            }

            dump.Append(op.Platform is { } platform ? $" {platform.OS}/{platform.Architecture}\n" : "\n");
            IMessage[] parts = op.OpCase switch
            {
                Op.OpOneofCase.File => [.. op.File.Actions],
                Op.OpOneofCase.Exec => [op.Exec.Meta, .. op.Exec.Mounts, .. op.Exec.Secretenv],
                Op.OpOneofCase.Merge => [op.Merge],
                _ => [op.Source],
            };
            foreach (IMessage part in parts)
            {
                dump.Append($"    {part}\n");
            }

            if (op.Exec is { } exec && (exec.Network, exec.Security) != (NetMode.Unset, SecurityMode.Sandbox))
            {
                dump.Append($"    {exec.Network} {exec.Security}\n");
            }

            numbers.Add(digest, numbers.Count);
        }

        return dump.ToString();
    }
}

using System.Security.Cryptography;
using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Frontend.Graphs;

/// <summary>Reads a graph that was made elsewhere, so that it can be a part of another.</summary>
internal static class GraphReader
{
    /// <summary>Reads it.</summary>
    /// <returns>What it makes; null where it is empty.</returns>
    /// <exception cref="QuaiException">It is malformed, or its steps are not in order.</exception>
    public static Files? Read(Definition definition)
    {
        if (definition.Def.Count == 0)
        {
            return null;
        }

        Dictionary<string, GivenStep> steps = new(StringComparer.Ordinal);
        Op last = Parse(definition.Def[^1]);
        foreach (ByteString bytes in definition.Def.SkipLast(1))
        {
            byte[] op = bytes.ToByteArray();
            string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(op));
            Files[] inputs = [.. Parse(bytes).Inputs.Select(i => new Files(Find(i)))];
            definition.Metadata.TryGetValue(digest, out OpMetadata? metadata);
            steps[digest] = new GivenStep(op, inputs, metadata) { Name = "" };
        }

        return last.OpCase == Op.OpOneofCase.None && last.Inputs.Count == 1 ? new Files(Find(last.Inputs[0]), last.Inputs[0].Index)
            : throw QuaiException.Invalid("invalid input: the graph has no result");

        GivenStep Find(Input input) => steps.TryGetValue(input.Digest, out GivenStep? step) ? step : throw QuaiException.Invalid($"invalid input: {input.Digest} is missing");
    }

    private static Op Parse(ByteString bytes)
    {
        try
        {
            return Op.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw QuaiException.Invalid("invalid input: " + e.Message, e);
        }
    }
}

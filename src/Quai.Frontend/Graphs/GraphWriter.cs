using System.Security.Cryptography;
using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles;
using Llb = Quai.BuildProtocol.Llb;

namespace Quai.Frontend.Graphs;

/// <summary>Writes a graph: its steps in an order in which each comes after what it takes, and each once.</summary>
internal sealed class GraphWriter
{
    private readonly SourceInfo? _source;
    private readonly Definition _definition = new();
    private readonly Dictionary<Step, string> _digests = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    private GraphWriter(SourceInfo? source) => _source = source;

    /// <summary>Writes a graph.</summary>
    /// <param name="result">What it makes; null for nothing, for which the graph is empty.</param>
    /// <param name="source">The file that its steps are of; null for none.</param>
    public static Definition Write(Files? result, SourceInfo? source = null) => new GraphWriter(source).Write(result);

    private Definition Write(Files? result)
    {
        if (result is null)
        {
            return _definition;
        }

        if (_source is not null)
        {
            _definition.Source = new Source();
            _definition.Source.Infos.Add(_source);
        }

        // Not by recursion: a file may have any number of steps.
        var open = new Stack<Step>([result.Step]);
        while (open.TryPeek(out Step? step))
        {
            Step[] missing = _digests.ContainsKey(step) ? [] : [.. step.Inputs.OfType<Files>().Select(f => f.Step).Where(s => !_digests.ContainsKey(s))];
            if (missing.Length > 0)
            {
                Array.ForEach(missing, open.Push);
                continue;
            }

            open.Pop();
            if (!_digests.ContainsKey(step))
            {
                Write(step);
            }
        }

        var last = new Op();
        last.Inputs.Add(InputOf(result));
        Add(last.ToByteArray());
        return _definition;
    }

    private Input InputOf(Files files) => new() { Digest = _digests[files.Step], Index = files.Output };

    private void Write(Step step)
    {
        if (step is GivenStep given)
        {
            string known = Add(given.Bytes);
            _digests.Add(step, known);
            if (given.Metadata is { } metadata)
            {
                _definition.Metadata[known].MergeFrom(metadata);
            }

            return;
        }

        var op = new Op();
        foreach (Files files in step.Inputs.OfType<Files>())
        {
            Input input = InputOf(files);
            if (!op.Inputs.Contains(input))
            {
                op.Inputs.Add(input);
            }
        }

        if (step.Platform is { } platform)
        {
            op.Platform = new Platform { OS = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant ?? "" };
        }

        step.Write(op, files => files is null ? -1 : op.Inputs.IndexOf(InputOf(files)));
        string digest = Add(op.ToByteArray());
        _digests.Add(step, digest);
        Describe(step, digest);
    }

    private string Add(byte[] bytes)
    {
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (_written.Add(digest))
        {
            _definition.Def.Add(ByteString.CopyFrom(bytes));
            _definition.Metadata[digest] = new OpMetadata();
        }

        return digest;
    }

    private void Describe(Step step, string digest)
    {
        OpMetadata metadata = _definition.Metadata[digest];
        metadata.IgnoreCache |= step.IgnoresCache;
        metadata.Description["llb.customname"] = step.Name;
        if (step.Command.Length > 0)
        {
            metadata.Description["com.docker.dockerfile.v1.command"] = step.Command;
        }

        metadata.ProgressGroup = step.Group ?? metadata.ProgressGroup;
        if (_source is null || step.Lines == default)
        {
            return;
        }

        if (!_definition.Source.Locations.TryGetValue(digest, out Locations? locations))
        {
            _definition.Source.Locations.Add(digest, locations = new Locations());
        }

        var location = new Location();
        location.Ranges.Add(RangeOf(step.Lines));
        if (!locations.Locations_.Contains(location))
        {
            locations.Locations_.Add(location);
        }
    }

    /// <summary>Lines as a graph's source map has them.</summary>
    public static Llb.Range RangeOf(LineRange lines) => new() { Start = new Position { Line = lines.First }, End = new Position { Line = lines.Last } };
}

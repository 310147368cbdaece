using Google.Protobuf;
using Quai.Build.Graphs;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Oci.Images;
using PbPlatform = Quai.BuildProtocol.Llb.Platform;

namespace Quai.Build.Attestations.Bills;

/// <summary>
/// The graph by which an image finds the packages of a tree, by BuildKit's protocol of SBOM generators: the image's program is run, with the tree where
/// <c>BUILDKIT_SCAN_SOURCE</c> says and others below <c>BUILDKIT_SCAN_SOURCE_EXTRAS</c>, and writes statements to <c>BUILDKIT_SCAN_DESTINATION</c>.
/// </summary>
internal static class GeneratorGraph
{
    private const string Sources = "/run/src", Core = Sources + "/core/sbom", Extras = Sources + "/extras", Destination = "/run/out/", NameKey = "llb.customname";

    /// <summary>Makes it; its result is what the program writes.</summary>
    /// <param name="image">The image's whole name, with its digest if that is known.</param>
    /// <param name="config">The image's configuration.</param>
    /// <param name="tree">The graph of the tree; null for an empty one.</param>
    /// <param name="others">Graphs of other trees, with their names.</param>
    /// <param name="parameters">What the program is told besides.</param>
    /// <param name="title">What is shown of the step.</param>
    /// <exception cref="QuaiException">The image has no program.</exception>
    public static Definition Make(
        string image, ImageConfig config, Definition? tree, IReadOnlyList<(string Name, Definition Graph)> others, IReadOnlyDictionary<string, string> parameters, string title)
    {
        ExecutionConfig execution = config.Config ?? new ExecutionConfig();
        var meta = new Meta { Args = { execution.Entrypoint ?? [], execution.Cmd ?? [] }, Env = { execution.Env ?? [] }, Cwd = string.IsNullOrEmpty(execution.WorkingDir) ? "/" : execution.WorkingDir, User = execution.User ?? "" };
        if (meta.Args.Count == 0)
        {
            throw QuaiException.Invalid($"sbom generator {image} has neither an entrypoint nor a command");
        }

        meta.Env.Add("BUILDKIT_SCAN_DESTINATION=" + Destination);
        meta.Env.Add("BUILDKIT_SCAN_SOURCE=" + Core);
        if (others.Count > 0)
        {
            meta.Env.Add("BUILDKIT_SCAN_SOURCE_EXTRAS=" + Extras + "/");
        }

        meta.Env.Add(parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"BUILDKIT_SCAN_{p.Key}={p.Value}"));
        var platform = new PbPlatform { OS = config.Os, Architecture = config.Architecture, Variant = config.Variant ?? "" };
        var graph = new Definition();
        HashSet<ByteString> known = [];
        Input source = Add(graph, known, new Op { Source = new SourceOp { Identifier = SourceSchemes.Image + image }, Platform = platform });
        var step = new Op { Inputs = { source }, Platform = platform.Clone() };
        var exec = new ExecOp { Meta = meta, Mounts = { new Mount { Dest = "/", Input = 0, Output = -1 }, new Mount { Dest = "/tmp", Input = -1, Output = -1, MountType = MountType.Tmpfs, TmpfsOpt = new TmpfsOpt() } } };
        exec.Mounts.Add(Scanned(graph, known, step, Core, tree));
        foreach ((string name, Definition other) in others)
        {
            exec.Mounts.Add(Scanned(graph, known, step, $"{Extras}/sbom-{name}", other));
        }

        exec.Mounts.Add(new Mount { Dest = Destination, Input = -1, Output = 0 });
        step.Exec = exec;
        Input result = Add(graph, known, step);
        graph.Metadata[result.Digest] = new OpMetadata { Description = { [NameKey] = title } };
        Add(graph, known, new Op { Inputs = { result } });
        return graph;
    }

    private static Mount Scanned(Definition graph, HashSet<ByteString> known, Op step, string place, Definition? tree)
    {
        int input = -1;
        if (tree is { Def.Count: > 0 })
        {
            graph.Def.Add(tree.Def.SkipLast(1).Where(known.Add));

            foreach ((string digest, OpMetadata metadata) in tree.Metadata)
            {
                graph.Metadata.TryAdd(digest, metadata);
            }

            input = step.Inputs.Count;
            step.Inputs.Add(Op.Parser.ParseFrom(tree.Def[^1]).Inputs[0]);
        }

        return new Mount { Dest = place, Input = input, Output = -1, Readonly = true };
    }

    private static Input Add(Definition graph, HashSet<ByteString> known, Op op)
    {
        ByteString bytes = op.ToByteString();
        if (known.Add(bytes))
        {
            graph.Def.Add(bytes);
        }

        return new Input { Digest = Digest.Of(bytes.Span).ToString(), Index = 0 };
    }
}

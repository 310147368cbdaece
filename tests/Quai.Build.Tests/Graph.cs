using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Digest = Quai.Oci.Images.Digest;

namespace Quai.Build.Tests;

/// <summary>Graphs of one or two steps.</summary>
internal static class Graph
{
    /// <summary>A source alone.</summary>
    public static Definition Source(string identifier, params (string Name, string Value)[] attributes) => Of([SourceOf(identifier, attributes)]);

    /// <summary>A file in an empty tree.</summary>
    public static Definition File(string path, string text) => Of([FileOf(path, text, [])]);

    /// <summary>Files upon one another, from an empty tree.</summary>
    public static Definition Files(params (string Path, string Text)[] files)
    {
        List<Op> steps = [];
        foreach ((string path, string text) in files)
        {
            steps.Add(FileOf(path, text, steps.Count > 0 ? [steps[^1]] : []));
        }

        return Of([.. steps]);
    }

    /// <summary>A file upon an image.</summary>
    public static Definition FileOn(string image, string path, string text)
    {
        Op source = SourceOf("docker-image://" + image, []);
        return Of([source, FileOf(path, text, [source])]);
    }

    /// <summary>All files of a source in a directory of an empty tree, as ADD puts them there.</summary>
    public static Definition Copy(string identifier, string destination, params (string Name, string Value)[] attributes)
    {
        Op source = SourceOf(identifier, attributes);
        var op = new Op { File = new FileOp() };
        op.Inputs.Add(new Input { Digest = DigestOf(source) });
        op.File.Actions.Add(new FileAction
        {
            Input = -1,
            SecondaryInput = 0,
            Copy = new FileActionCopy { Src = "/", Dest = destination, CreateDestPath = true, Mode = -1, Timestamp = -1 },
        });
        return Of([source, op]);
    }

    /// <summary>The difference of two trees, of which neither was made from the other, upon the first: the second again. A path with a slash at its end is a directory.</summary>
    public static Definition Difference((string Path, string Text)[] lower, (string Path, string Text)[] upper, bool alone = false)
    {
        Op[] one = [.. Entries(lower)], other = [.. Entries(upper)];
        var difference = new Op { Diff = new DiffOp { Lower = new LowerDiffInput { Input = 0 }, Upper = new UpperDiffInput { Input = 1 } } };
        difference.Inputs.Add([new Input { Digest = DigestOf(one[^1]) }, new Input { Digest = DigestOf(other[^1]) }]);
        var merged = new Op { Merge = new MergeOp() };
        merged.Inputs.Add([new Input { Digest = DigestOf(one[^1]) }, new Input { Digest = DigestOf(difference) }]);
        merged.Merge.Inputs.Add([new MergeInput { Input = 0 }, new MergeInput { Input = 1 }]);
        return Of([.. one.Concat(other).DistinctBy(DigestOf), difference, .. alone ? (Op[])[] : [merged]]);
    }

    /// <summary>Entries of a tree: a path with a slash at its end is a directory.</summary>
    public static Definition Tree((string Path, string Text)[] entries) => Of([.. Entries(entries)]);

    private static IEnumerable<Op> Entries((string Path, string Text)[] entries)
    {
        Op[] before = [];
        foreach ((string path, string text) in entries)
        {
            Op step = path.EndsWith('/') ? DirectoryOf(path, before) : FileOf(path, text, before);
            yield return step;
            before = [step];
        }
    }

    private static Op DirectoryOf(string path, Op[] inputs)
    {
        var op = new Op { File = new FileOp() };
        op.Inputs.Add(inputs.Select(i => new Input { Digest = DigestOf(i) }));
        op.File.Actions.Add(new FileAction
        {
            Input = inputs.Length > 0 ? 0 : -1,
            SecondaryInput = -1,
            Mkdir = new FileActionMkDir { Path = path, Mode = 0x1ed, MakeParents = true, Timestamp = 0 },
        });
        return op;
    }

    private static Op SourceOf(string identifier, (string Name, string Value)[] attributes)
    {
        var op = new Op { Source = new SourceOp { Identifier = identifier } };
        foreach ((string name, string value) in attributes)
        {
            op.Source.Attrs[name] = value;
        }

        return op;
    }

    private static Op FileOf(string path, string text, Op[] inputs)
    {
        var op = new Op { File = new FileOp() };
        op.Inputs.Add(inputs.Select(i => new Input { Digest = DigestOf(i) }));
        op.File.Actions.Add(new FileAction
        {
            Input = inputs.Length > 0 ? 0 : -1,
            SecondaryInput = -1,
            Mkfile = new FileActionMkFile { Path = path, Mode = 0x1a4, Data = ByteString.CopyFromUtf8(text), Timestamp = 0 },
        });
        return op;
    }

    private static Definition Of(Op[] steps)
    {
        var end = new Op();
        end.Inputs.Add(new Input { Digest = DigestOf(steps[^1]) });
        var definition = new Definition();
        definition.Def.Add(steps.Append(end).Select(s => s.ToByteString()));
        return definition;
    }

    private static string DigestOf(Op op) => Digest.Of(op.ToByteArray()).ToString();
}

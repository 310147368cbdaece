using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Quai.Build.Graphs;
using Quai.Build.Steps.Files;
using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Solving.Keys;

/// <summary>Which inputs of a step are only copied from or looked at, and what of them.</summary>
internal static class Selections
{
    /// <summary>The inputs of which only some files count; the others count as a whole.</summary>
    public static IReadOnlyDictionary<int, IReadOnlyList<Selection>> Of(Vertex vertex)
    {
        Dictionary<int, IReadOnlyList<Selection>> chosen = [];
        for (int i = 0; i < vertex.Inputs.Count; i++)
        {
            IReadOnlyList<Selection> selections = vertex.Op.OpCase switch
            {
                Op.OpOneofCase.File => OfFile(vertex.Op.File, i),
                Op.OpOneofCase.Exec => OfExec(vertex, i),
                _ => [],
            };
            if (selections.Count > 0)
            {
                chosen[i] = selections;
            }
        }

        return chosen;
    }

    private static List<Selection> OfFile(FileOp file, int input)
    {
        bool isBelow = file.Actions.Any(a => a.Input == input || NamesOwner(a, input));
        return isBelow ? [] : [.. file.Actions.Where(a => a.ActionCase == FileAction.ActionOneofCase.Copy && a.SecondaryInput == input).Select(a => OfCopy(a.Copy))];
    }

    private static bool NamesOwner(FileAction action, int input)
    {
        ChownOpt? owner = action.ActionCase switch
        {
            FileAction.ActionOneofCase.Copy => action.Copy.Owner,
            FileAction.ActionOneofCase.Mkdir => action.Mkdir.Owner,
            FileAction.ActionOneofCase.Mkfile => action.Mkfile.Owner,
            FileAction.ActionOneofCase.Symlink => action.Symlink.Owner,
            _ => null,
        };
        return owner?.User?.ByName?.Input == input || owner?.Group?.ByName?.Input == input;
    }

    private static Selection OfCopy(FileActionCopy copy)
    {
        // Where it goes and whose it becomes are the operation's own.
        FileActionCopy source = copy.Clone();
        source.Dest = "";
        source.Owner = null;
        source.ModeStr = "";
        source.Mode = 0;
        source.Timestamp = 0;
        return new Selection("copy " + source.ToByteString().ToBase64(), (tree, digest) => DigestOf(copy, tree, digest));
    }

    private static byte[] DigestOf(FileActionCopy copy, MergedTree tree, TreeDigest digest)
    {
        Func<string, bool, CopyChoice>? choose = CopyFilter.Of(copy);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in CopySources.Find(copy, tree))
        {
            string followed = CopySources.Followed(copy, tree, path);

            // The name counts where the copy gets it, and a directory of which the content is copied has none.
            bool isNamed = !(copy.DirCopyContents && tree.Status(followed)!.Value.IsDirectory);
            hash.AppendData(Encoding.UTF8.GetBytes(isNamed ? MergedTree.Base(path) : ""));
            hash.AppendData([0]);
            hash.AppendData(digest.Of(followed, choose));
        }

        return hash.GetHashAndReset();
    }

    private static List<Selection> OfExec(Vertex vertex, int input)
    {
        Mount[] mounts = [.. vertex.Op.Exec.Mounts.Where(m => m.Input == input)];

        // An image is known by its digest, and that is its content.
        bool isImage = vertex.Inputs[input].Vertex.IsImage;
        return isImage || mounts.Any(m => m.Dest == "/" || m.Output >= 0)
            ? []
            : [.. mounts.Select(m => new Selection("mount " + m.Selector, (tree, digest) => digest.Of(tree.Resolve(m.Selector))))];
    }
}

using Quai.Build.Steps.Files;
using System.Security.Cryptography;
using System.Text;
using Quai.Build.Caching;
using Quai.Build.Contexts;
using Quai.Build.Graphs;
using Quai.Build.Layers;
using Quai.Build.Steps;
using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Solving;

/// <summary>
/// Decides under which key a step's result is kept: what is done, upon what. Of what is only copied from or looked at, the files that are chosen count, and not where they came from;
/// so a change of another file changes nothing.
/// </summary>
internal sealed class StepKeys(CacheRecords records, ContextStore contexts)
{
    /// <summary>The key.</summary>
    /// <param name="vertex">The step.</param>
    /// <param name="inputs">The keys of what it takes.</param>
    /// <param name="treeOf">Makes one of the inputs, if its files must be looked at.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">A file that is needed is not there.</exception>
    public async Task<StepKey> ComputeAsync(Vertex vertex, IReadOnlyList<StepKey> inputs, Func<int, Task<LayerStack>> treeOf, CancellationToken cancellation)
    {
        string definition = Hash([vertex.OperationDigest, .. vertex.Inputs.Select((e, i) => $"{inputs[i].Identity}#{e.Index}")]);
        IReadOnlyDictionary<int, IReadOnlyList<Func<MergedTree, TreeDigest, byte[]>>> chosen = Chosen(vertex);
        if (chosen.Count == 0)
        {
            return Key(definition);
        }

        if (records.AliasOf(definition) is { } known)
        {
            return Key(known);
        }

        string[] parts = [.. vertex.Inputs.Select((e, i) => $"{inputs[i].Identity}#{e.Index}")];
        foreach ((int input, IReadOnlyList<Func<MergedTree, TreeDigest, byte[]>> selections) in chosen)
        {
            LayerStack stack = await treeOf(input).ConfigureAwait(false);
            parts[input] = await Task.Factory.StartNew(
                () =>
                {
                    var tree = new MergedTree(stack);
                    var digest = new TreeDigest(tree, path => contexts.DigestOf(stack, path), cancellation);
                    return "content:" + string.Join(',', selections.Select(s => Convert.ToHexStringLower(s(tree, digest))));
                },
                cancellation,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).ConfigureAwait(false);
        }

        string key = Hash([vertex.OperationDigest, .. parts]);
        await records.SaveAliasAsync(definition, key).ConfigureAwait(false);
        return Key(key);
    }

    private StepKey Key(string key) => new(key, records.IdentityOf(key) ?? key);

    private static string Hash(IEnumerable<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));

    /// <summary>The inputs of which only some files count, with what digests those.</summary>
    private static Dictionary<int, IReadOnlyList<Func<MergedTree, TreeDigest, byte[]>>> Chosen(Vertex vertex) => vertex.Op.OpCase switch
    {
        Op.OpOneofCase.File => OfFile(vertex),
        Op.OpOneofCase.Exec => OfExec(vertex),
        _ => [],
    };

    private static Dictionary<int, IReadOnlyList<Func<MergedTree, TreeDigest, byte[]>>> OfFile(Vertex vertex)
    {
        var actions = vertex.Op.File.Actions;
        Dictionary<int, IReadOnlyList<Func<MergedTree, TreeDigest, byte[]>>> chosen = [];
        for (int i = 0; i < vertex.Inputs.Count; i++)
        {
            int input = i;
            bool isBelow = actions.Any(a => a.Input == input) || actions.Any(a => NamesOwner(a, input));
            FileActionCopy[] copies = [.. actions.Where(a => a.ActionCase == FileAction.ActionOneofCase.Copy && a.SecondaryInput == input).Select(a => a.Copy)];
            if (!isBelow && copies.Length > 0)
            {
                chosen[input] = [.. copies.Select(c => (Func<MergedTree, TreeDigest, byte[]>)((tree, digest) => OfCopy(c, tree, digest)))];
            }
        }

        return chosen;
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

    private static byte[] OfCopy(FileActionCopy copy, MergedTree tree, TreeDigest digest)
    {
        Func<string, bool, CopyChoice>? choose = CopyFilter.Of(copy);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in CopySources.Find(copy, tree))
        {
            string followed = CopySources.Followed(copy, tree, path);

            // The name counts where the copy gets it, and a directory of which the content is copied has none.
            bool named = !(copy.DirCopyContents && tree.Status(followed)!.Value.IsDirectory);
            hash.AppendData(Encoding.UTF8.GetBytes(named ? MergedTree.Base(path) : ""));
            hash.AppendData([0]);
            hash.AppendData(digest.Of(followed, choose));
        }

        return hash.GetHashAndReset();
    }

    private static Dictionary<int, IReadOnlyList<Func<MergedTree, TreeDigest, byte[]>>> OfExec(Vertex vertex)
    {
        Dictionary<int, IReadOnlyList<Func<MergedTree, TreeDigest, byte[]>>> chosen = [];
        for (int i = 0; i < vertex.Inputs.Count; i++)
        {
            int input = i;
            Mount[] mounts = [.. vertex.Op.Exec.Mounts.Where(m => m.Input == input)];

            // An image is known by its digest, and that is its content.
            if (mounts.Length > 0 && mounts.All(m => m.Dest != "/" && m.Output < 0) && vertex.Inputs[i].Vertex.Op.Source?.Identifier.StartsWith("docker-image://", StringComparison.Ordinal) != true)
            {
                chosen[input] = [.. mounts.Select(m => (Func<MergedTree, TreeDigest, byte[]>)((tree, digest) => digest.Of(tree.Resolve(m.Selector))))];
            }
        }

        return chosen;
    }
}

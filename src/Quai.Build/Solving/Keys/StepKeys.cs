using System.Security.Cryptography;
using System.Text;
using Quai.Build.Caching;
using Quai.Build.Contexts;
using Quai.Build.Graphs;
using Quai.Build.Layers;
using Quai.Build.Trees;

namespace Quai.Build.Solving.Keys;

/// <summary>
/// Decides under which key a step's result is kept: what is done, upon what. Of what is only copied from or looked at, the files that are chosen count, and not where they came from;
/// so a change of another file changes nothing.
/// </summary>
internal sealed class StepKeys(CacheRecords records, ContextStore contexts)
{
    /// <summary>The key.</summary>
    /// <param name="vertex">The step.</param>
    /// <param name="keyOf">The key of an input.</param>
    /// <param name="treeOf">Makes an input, if its files must be looked at.</param>
    /// <param name="cache">What is known already.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">A file that is needed is not there.</exception>
    public async Task<StepKey> ComputeAsync(Vertex vertex, Func<int, Task<StepKey>> keyOf, Func<int, Task<LayerStack>> treeOf, CacheView cache, CancellationToken cancellation)
    {
        IReadOnlyDictionary<int, IReadOnlyList<Selection>> chosen = Selections.Of(vertex);

        // All at once: what one of them takes long for does not depend on the others.
        (string? Question, string Part)[] parts = await Task.WhenAll(vertex.Inputs.Select(async (edge, i) =>
        {
            string identity = $"{(await keyOf(i).ConfigureAwait(false)).Identity}#{edge.Index}";
            return chosen.TryGetValue(i, out IReadOnlyList<Selection>? selections)
                ? await ContentAsync(identity, selections, () => treeOf(i), cache, cancellation).ConfigureAwait(false)
                : (null, identity);
        })).ConfigureAwait(false);
        string key = Hash([vertex.OperationDigest, .. parts.Select(p => p.Part)]);
        return new StepKey(key, cache.IdentityOf(key) ?? key) { Parts = [.. parts.Select(p => p.Part)], Contents = [.. parts.Where(p => p.Question is not null).Select(p => (p.Question!, p.Part))] };
    }

    /// <summary>What the chosen files of an input are. Once looked at, they need not be made to know it again.</summary>
    private async Task<(string? Question, string Content)> ContentAsync(
        string identity, IReadOnlyList<Selection> selections, Func<Task<LayerStack>> treeOf, CacheView cache, CancellationToken cancellation)
    {
        string question = Hash([identity, .. selections.Select(s => s.Text)]);
        if (cache.ContentOf(question) is { } known)
        {
            return (question, known);
        }

        LayerStack stack = await treeOf().ConfigureAwait(false);
        string content = await Task.Factory.StartNew(
            () =>
            {
                var tree = new MergedTree(stack);
                var digest = new TreeDigest(tree, path => contexts.DigestOf(stack, path), cancellation);
                return "content:" + string.Join(',', selections.Select(s => Convert.ToHexStringLower(s.DigestOf(tree, digest))));
            },
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
        await records.SaveContentAsync(question, content).ConfigureAwait(false);
        return (question, content);
    }

    private static string Hash(IEnumerable<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
}

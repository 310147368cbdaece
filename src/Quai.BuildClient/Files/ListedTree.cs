using Quai.BuildTransfer;

namespace Quai.BuildClient.Files;

/// <summary>A tree whose list has been made already.</summary>
/// <param name="tree">The tree.</param>
/// <param name="entries">Its list.</param>
internal sealed class ListedTree(ISentTree tree, IReadOnlyList<ContextEntry> entries) : ISentTree
{
    /// <inheritdoc/>
    public IEnumerable<ContextEntry> Entries() => entries;

    /// <inheritdoc/>
    public Stream Open(string path) => tree.Open(path);
}

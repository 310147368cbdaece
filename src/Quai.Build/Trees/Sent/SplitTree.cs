using Quai.Build.Sessions;
using Quai.BuildTransfer;
using Quai.Errors;

namespace Quai.Build.Trees.Sent;

/// <summary>Several trees as a client takes them at once, each in a folder of its own.</summary>
/// <param name="trees">The trees by their folders, whose names their paths begin with.</param>
internal sealed class SplitTree(IReadOnlyList<(string Folder, ISentTree Tree)> trees) : ISentTree
{
    /// <inheritdoc/>
    public IEnumerable<ContextEntry> Entries() => trees.OrderBy(t => t.Folder, StringComparer.Ordinal).SelectMany(t => t.Tree.Entries());

    /// <inheritdoc/>
    public Stream Open(string path)
    {
        string folder = path.Split('/', 2)[0];
        return trees.FirstOrDefault(t => t.Folder == folder).Tree?.Open(path) ?? throw QuaiException.NotFound($"open {path}: no such file");
    }
}

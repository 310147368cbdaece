using System.Text;
using Quai.BuildTransfer;
using Quai.Errors;

namespace Quai.Build.Trees.Sent;

/// <summary>Several trees as a client takes them in one folder. They may have directories in common, and nothing else.</summary>
/// <param name="trees">The trees, and what each is called in an error.</param>
internal sealed class JoinedTree(IReadOnlyList<(string Name, ISentTree Tree)> trees) : ISentTree
{
    private readonly Dictionary<string, ISentTree> _owners = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    /// <exception cref="QuaiException">Kind InvalidParameter: two trees have the same file.</exception>
    public IEnumerable<ContextEntry> Entries()
    {
        Dictionary<string, (ContextEntry Entry, string Name)> all = new(StringComparer.Ordinal);
        foreach ((string name, ISentTree tree) in trees)
        {
            foreach (ContextEntry entry in tree.Entries())
            {
                if (all.TryAdd(entry.Path, (entry, name)))
                {
                    _owners[entry.Path] = tree;
                }
                else if (all[entry.Path].Entry.Kind != ContextEntryKind.Directory || entry.Kind != ContextEntryKind.Directory)
                {
                    throw QuaiException.Invalid($"cannot overwrite {entry.Path} from {all[entry.Path].Name} with {name} when split option is disabled");
                }
            }
        }

        return all.Values.Select(e => e.Entry).OrderBy(e => Encoding.UTF8.GetBytes(e.Path.Replace('/', '\0')), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
    }

    /// <inheritdoc/>
    public Stream Open(string path) => _owners.TryGetValue(path, out ISentTree? tree) ? tree.Open(path) : throw QuaiException.NotFound($"open {path}: no such file");
}

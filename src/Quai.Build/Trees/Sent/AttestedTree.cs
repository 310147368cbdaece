using System.Text;
using Quai.BuildTransfer;

namespace Quai.Build.Trees.Sent;

/// <summary>A tree as a client takes it, with files that are written beside those that it has; what has the name of one of them makes place for it.</summary>
/// <param name="tree">The tree.</param>
/// <param name="folder">The directory that it is in for the client; empty for none.</param>
/// <param name="files">The files by their names.</param>
/// <param name="time">When they were made.</param>
internal sealed class AttestedTree(ISentTree tree, string folder, IReadOnlyList<(string Name, byte[] Content)> files, DateTimeOffset time) : ISentTree
{
    private const int FileMode = 0x180;

    private readonly string _prefix = folder.Length > 0 ? folder + "/" : "";
    private readonly (string Name, byte[] Content)[] _files = [.. files.OrderBy(f => Encoding.UTF8.GetBytes(f.Name), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))];

    /// <inheritdoc/>
    public IEnumerable<ContextEntry> Entries()
    {
        int next = 0;
        foreach (ContextEntry entry in tree.Entries())
        {
            string inner = entry.Path == folder ? "" : entry.Path[_prefix.Length..], top = inner.Split('/', 2)[0];
            while (inner.Length > 0 && next < _files.Length && Encoding.UTF8.GetBytes(_files[next].Name).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(top)) <= 0)
            {
                yield return Describe(_files[next++]);
            }

            if (inner.Length == 0 || !IsOwn(top))
            {
                yield return entry.LinkName.Length > 0 && entry.Kind == ContextEntryKind.File && IsOwn(Inner(entry.LinkName)) ? entry with { LinkName = "" } : entry;
            }
        }

        for (; next < _files.Length; next++)
        {
            yield return Describe(_files[next]);
        }
    }

    /// <inheritdoc/>
    public Stream Open(string path) =>
        _files.FirstOrDefault(f => _prefix + f.Name == path).Content is { } content ? new MemoryStream(content, writable: false) : tree.Open(path);

    private string Inner(string path) => path.StartsWith(_prefix, StringComparison.Ordinal) ? path[_prefix.Length..] : path;

    private bool IsOwn(string name) => _files.Any(f => f.Name == name);

    private ContextEntry Describe((string Name, byte[] Content) file) =>
        new(_prefix + file.Name, ContextEntryKind.File, FileMode) { Size = file.Content.Length, ModifiedAt = time.ToUnixTimeMilliseconds() * 1_000_000 };
}

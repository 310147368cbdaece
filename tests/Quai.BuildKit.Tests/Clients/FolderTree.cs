using Quai.Build.Sessions;
using Quai.BuildTransfer;

namespace Quai.BuildKit.Tests.Clients;

/// <summary>Entries whose content is their path, repeated.</summary>
internal sealed class FolderTree(IReadOnlyList<ContextEntry> entries) : ISentTree
{
    public IEnumerable<ContextEntry> Entries() => entries;

    public Stream Open(string path) => new MemoryStream(Content(path, entries.Single(e => e.Path == path).Size));

    public static byte[] Content(string path, long size) => [.. Enumerable.Range(0, (int)size).Select(i => (byte)path[i % path.Length])];
}

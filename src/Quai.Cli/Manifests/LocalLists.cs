using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Images;

namespace Quai.Cli.Manifests;

/// <summary>Manifest lists being assembled: <c>manifests/LIST/ENTRY</c> in the client's configuration folder, one small file for each entry.</summary>
internal sealed class LocalLists(string configFolder)
{
    private readonly string _root = Path.Combine(configFolder, "manifests");

    /// <summary>Whether there is one.</summary>
    public bool Exists(string list) => Directory.Exists(FolderOf(list));

    /// <summary>A list's entries, in the order of their platforms.</summary>
    /// <exception cref="ExitException">There is no such list.</exception>
    public IReadOnlyList<ListEntry> Read(string list) => Exists(list)
        ? [.. Directory.EnumerateFiles(FolderOf(list)).Where(f => !f.EndsWith(".new", StringComparison.Ordinal)).Select(ReadEntry).OrderBy(e => e.Platform?.ToString(), StringComparer.Ordinal)]
        : throw new ExitException(1, $"No such manifest: {list}");

    /// <summary>One entry; null if the list has none with that name.</summary>
    public ListEntry? Find(string list, string image)
    {
        string file = FileOf(list, image);
        return File.Exists(file) ? ReadEntry(file) : null;
    }

    /// <summary>Adds an entry to a list, which is created with its first.</summary>
    public void Write(string list, string image, ListEntry entry)
    {
        Directory.CreateDirectory(FolderOf(list));
        string file = FileOf(list, image);
        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(entry, ManifestJson.Default.ListEntry));
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Forgets a list.</summary>
    /// <exception cref="ExitException">There is no such list.</exception>
    public void Remove(string list)
    {
        if (!Exists(list))
        {
            throw new ExitException(1, $"No such manifest: {list}");
        }

        Directory.Delete(FolderOf(list), recursive: true);
    }

    private static ListEntry ReadEntry(string file) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(file), ManifestJson.Default.ListEntry) ?? throw new ExitException(1, $"{file} is no entry of a manifest list");

    private string FolderOf(string list) => Path.Combine(_root, Safe(list));

    private string FileOf(string list, string image) => Path.Combine(FolderOf(list), Safe(image));

    private static string Safe(string name) => ImageReference.Canonical(name).Replace(':', '-').Replace('/', '_');
}

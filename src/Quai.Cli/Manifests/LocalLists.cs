using System.Buffers;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Images;

namespace Quai.Cli.Manifests;

/// <summary>Manifest lists that are being put together: <c>manifests/LIST/ENTRY</c> in the client's configuration folder, one small file for each entry.</summary>
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

    /// <summary>One entry; null when the list has none of that name.</summary>
    public ListEntry? Find(string list, string image)
    {
        string file = FileOf(list, image);
        return File.Exists(file) ? ReadEntry(file) : null;
    }

    /// <summary>Puts an entry in a list, which begins with its first.</summary>
    public void Write(string list, string image, ListEntry entry)
    {
        Directory.CreateDirectory(FolderOf(list));
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Source", entry.Source);
            json.WriteString("MediaType", entry.MediaType);
            json.WriteString("Digest", entry.Digest);
            json.WriteNumber("Size", entry.Size);
            if (entry.Platform is { } platform)
            {
                json.WritePropertyName("Platform");
                platform.Write(json);
            }

            json.WriteEndObject();
        }

        string file = FileOf(list, image);
        File.WriteAllBytes(file + ".new", buffer.WrittenSpan);
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

    private static ListEntry ReadEntry(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        JsonElement json = document.RootElement;
        JsonElement platform = json.Member("Platform");
        return new ListEntry(
            json.Text("Source"), json.Text("MediaType"), json.Text("Digest"), json.Number("Size"), platform.ValueKind == JsonValueKind.Object ? Platform.Read(platform) : null);
    }

    private string FolderOf(string list) => Path.Combine(_root, Safe(list));

    private string FileOf(string list, string image) => Path.Combine(FolderOf(list), Safe(image));

    private static string Safe(string name) => ImageReference.Canonical(name).Replace(':', '-').Replace('/', '_');
}

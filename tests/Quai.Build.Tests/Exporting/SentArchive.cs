using System.Formats.Tar;
using System.Text.Json;
using Quai.Oci.Images;

namespace Quai.Build.Tests.Exporting;

/// <summary>The files of an archive that a client took.</summary>
internal sealed class SentArchive
{
    private readonly Dictionary<string, byte[]> _files = [];

    public SentArchive(byte[] tar)
    {
        using var reader = new TarReader(new MemoryStream(tar));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                _files[entry.Name] = content.ToArray();
            }
        }
    }

    public IReadOnlyCollection<string> Names => _files.Keys;

    public ImageIndex Index => ImageJson.ReadIndex(_files["index.json"]);

    public JsonElement Json(string name) => JsonDocument.Parse(_files[name]).RootElement;

    /// <summary>A blob, whose digest is right.</summary>
    public byte[] Blob(string digest)
    {
        byte[] bytes = _files["blobs/" + digest.Replace(':', '/')];
        Assert.Equal(digest, Digest.Of(bytes).ToString());
        return bytes;
    }

    public Manifest Manifest(Descriptor descriptor)
    {
        Manifest manifest = ImageJson.ReadManifest(Blob(descriptor.Digest));
        Assert.Equal(descriptor.MediaType, manifest.MediaType);
        Assert.All(manifest.Layers!.Append(manifest.Config!), d => Assert.Equal(d.Size, Blob(d.Digest).Length));
        return manifest;
    }
}

using System.Text;
using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Images.Catalog;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>
/// Writes images as a docker-archive that is also an OCI layout: the same blobs, named by <c>manifest.json</c> and by <c>index.json</c>.
/// The same images give the same bytes, and their number is known before the first is written.
/// </summary>
internal sealed class ArchiveWriter
{
    private readonly BlobStore _blobs;
    private readonly List<string> _folders = ["blobs/"];
    private readonly SortedDictionary<string, (Digest Digest, long Size)> _files = new(StringComparer.Ordinal);
    private readonly List<(string Name, byte[] Content)> _texts = [];

    /// <summary>Plans the archive; the caller holds every blob.</summary>
    public ArchiveWriter(BlobStore blobs, IReadOnlyList<Item> items)
    {
        _blobs = blobs;
        List<DockerArchiveItem> archive = [];
        List<Descriptor> index = [];
        foreach (Item item in items)
        {
            Add(item, archive, index);
        }

        _folders.AddRange(_files.Values.Select(f => f.Digest.Algorithm).Distinct().Order().Select(a => $"blobs/{a}/"));
        _texts.Add(("index.json", ImageJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = index })));
        _texts.Add(("manifest.json", ImageJson.Write(archive)));
        _texts.Add(("oci-layout", ImageJson.Write(new OciLayoutMark())));
        Pieces = MakePieces();
        Length = Pieces.Sum(p => p.Length);
    }

    /// <summary>An image and the names to write with it.</summary>
    public sealed record Item(StoredImage Image, IReadOnlyList<ImageReference> Names);

    /// <summary>Bytes of the whole archive.</summary>
    public long Length { get; }

    /// <summary>The archive in order: the blobs are whole files, everything else is in memory.</summary>
    public IReadOnlyList<SavedPiece> Pieces { get; }

    private static string NameOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    private void Add(Item item, List<DockerArchiveItem> archive, List<Descriptor> index)
    {
        var digest = Digest.Parse(item.Image.Manifest);
        byte[] bytes = _blobs.Read(digest, ImageJson.MaxManifestSize);
        Manifest manifest = ImageJson.ReadManifest(bytes);
        _files[NameOf(digest)] = (digest, bytes.Length);
        foreach (Descriptor part in manifest.Layers!.Prepend(manifest.Config!))
        {
            var blob = Digest.Parse(part.Digest);
            _files[NameOf(blob)] = (blob, _blobs.SizeOf(blob));
        }

        Dictionary<string, Descriptor> sources = [];
        for (int i = 0; i < manifest.Layers!.Count; i++)
        {
            Descriptor layer = manifest.Layers[i];
            sources[item.Image.Image.Config.RootFs.DiffIds[i]] = new Descriptor { MediaType = layer.MediaType, Digest = layer.Digest, Size = layer.Size };
        }

        archive.Add(new DockerArchiveItem
        {
            Config = NameOf(Digest.Parse(manifest.Config!.Digest)),
            RepoTags = [.. item.Names.Select(n => n.Familiar)],
            Layers = [.. manifest.Layers!.Select(l => NameOf(Digest.Parse(l.Digest)))],
            LayerSources = sources,
        });
        var plain = new Descriptor { MediaType = ImageJson.DetectMediaType(bytes), Digest = digest.ToString(), Size = bytes.Length };
        index.AddRange(item.Names.Count == 0 ? [plain] : item.Names.Select(n => plain with
        {
            Annotations = new() { ["io.containerd.image.name"] = n.Canonical, ["org.opencontainers.image.ref.name"] = n.Tag! },
        }));
    }

    private List<SavedPiece> MakePieces()
    {
        List<SavedPiece> pieces = [];
        var memory = new MemoryStream();
        var tar = new TarWriter(memory, bufferSize: 4096);
        foreach (string folder in _folders)
        {
            tar.WriteHeader(new TarHeader { Type = TarEntryType.Directory, Name = Encoding.ASCII.GetBytes(folder), Mode = 0x1ed });
        }

        foreach ((string name, (Digest digest, long size)) in _files)
        {
            tar.WriteHeader(new TarHeader { Type = TarEntryType.File, Name = Encoding.ASCII.GetBytes(name), Mode = 0x1a4, Size = size });
            Cut();
            pieces.Add(new SavedPiece(default, _blobs.PathOf(digest), size));
        }

        foreach ((string name, byte[] content) in _texts)
        {
            tar.WriteHeader(new TarHeader { Type = TarEntryType.File, Name = Encoding.ASCII.GetBytes(name), Mode = 0x1a4, Size = content.Length });
            tar.Write(content);
        }

        tar.Finish();
        Cut();
        return pieces;

        void Cut()
        {
            tar.FlushContent();
            pieces.Add(new SavedPiece(memory.ToArray(), null, memory.Length));
            memory.SetLength(0);
        }
    }
}

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
    private const string ReferenceType = "vnd.docker.reference.type";

    private readonly HashSet<Digest> _files = [];

    // Manifests that an index lists, and which are not listed beside it.
    private readonly HashSet<string> _listed = [];
    private LayoutArchive _layout = null!;

    private ArchiveWriter(BlobStore blobs) => _blobs = blobs;

    /// <summary>Plans the archive; the caller holds every blob.</summary>
    public static async Task<ArchiveWriter> PlanAsync(BlobStore blobs, IReadOnlyList<Item> items, CancellationToken cancellation)
    {
        var writer = new ArchiveWriter(blobs);
        await writer.PlanAsync(items, cancellation).ConfigureAwait(false);
        return writer;
    }

    private async Task PlanAsync(IReadOnlyList<Item> items, CancellationToken cancellation)
    {
        List<DockerArchiveItem> archive = [];
        List<Descriptor> index = [];
        foreach (Item item in items.OrderByDescending(i => i.Indexes.Count))
        {
            Add(item, archive, index);
        }

        _layout = await LayoutArchive.PlanAsync(
            _blobs,
            _files,
            [
                ("index.json", ImageJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = index })),
                ("manifest.json", ImageJson.Write(archive)),
                ("oci-layout", ImageJson.Write(new OciLayoutMark())),
            ],
            cancellation).ConfigureAwait(false);
    }

    /// <summary>An image and the names to write with it.</summary>
    public sealed record Item(StoredImage Image, IReadOnlyList<ImageReference> Names)
    {
        /// <summary>The indexes by which names stand for this and other platforms' images, which are written, too.</summary>
        public IReadOnlyList<NamedIndex> Indexes { get; init; } = [];
    }

    /// <summary>An index, and the name by which it is written.</summary>
    public sealed record NamedIndex(Digest Digest, ImageIndex Content, ImageReference Name);

    /// <summary>Bytes of the whole archive.</summary>
    public long Length => _layout.Length;

    /// <summary>The archive in order: the blobs are whole files, everything else is in memory.</summary>
    public IReadOnlyList<SavedPiece> Pieces => _layout.Pieces;

    /// <summary>Writes it to a stream.</summary>
    public Task WriteAsync(Stream output, CancellationToken cancellation) => _layout.WriteAsync(output, cancellation);

    private void Add(Item item, List<DockerArchiveItem> archive, List<Descriptor> index)
    {
        var digest = Digest.Parse(item.Image.Manifest);
        byte[] bytes = _blobs.Read(digest, ImageJson.MaxManifestSize);
        Manifest manifest = ImageJson.ReadManifest(bytes);
        _files.Add(digest);
        foreach (Descriptor part in manifest.Layers!.Prepend(manifest.Config!))
        {
            _files.Add(Digest.Parse(part.Digest));
        }

        foreach (NamedIndex named in item.Indexes)
        {
            AddIndex(named, index);
        }

        bool isListed = item.Names.Count == 0 && _listed.Contains(digest.ToString());
        if (isListed && item.Indexes.Count == 0)
        {
            // Programs that know no index would take it for an image without a name.
            return;
        }

        Dictionary<string, Descriptor> sources = [];
        for (int i = 0; i < manifest.Layers!.Count; i++)
        {
            Descriptor layer = manifest.Layers[i];
            sources[item.Image.Image.Config.RootFs.DiffIds[i]] = new Descriptor { MediaType = layer.MediaType, Digest = layer.Digest, Size = layer.Size };
        }

        archive.Add(new DockerArchiveItem
        {
            Config = LayoutArchive.NameOf(Digest.Parse(manifest.Config!.Digest)),
            RepoTags = [.. item.Names.Concat(item.Indexes.Select(i => i.Name)).Select(n => n.Familiar)],
            Layers = [.. manifest.Layers!.Select(l => LayoutArchive.NameOf(Digest.Parse(l.Digest)))],
            LayerSources = sources,
        });
        var plain = new Descriptor { MediaType = ImageJson.DetectMediaType(bytes), Digest = digest.ToString(), Size = bytes.Length };
        index.AddRange(isListed ? [] : item.Names.Count == 0 ? [plain] : item.Names.Select(n => Named(plain, n)));
    }

    private void AddIndex(NamedIndex named, List<Descriptor> index)
    {
        byte[] bytes = _blobs.Read(named.Digest, ImageJson.MaxManifestSize);
        _files.Add(named.Digest);
        foreach (Descriptor entry in named.Content.Manifests!)
        {
            _listed.Add(entry.Digest);
            AddAttestation(Digest.Parse(entry.Digest), entry);
        }

        index.Add(Named(new Descriptor { MediaType = ImageJson.DetectMediaType(bytes), Digest = named.Digest.ToString(), Size = bytes.Length }, named.Name));
    }

    // What is attested of the images goes along as far as it is here; their own blobs do as theirs.
    private void AddAttestation(Digest digest, Descriptor entry)
    {
        if (entry.Annotations?.ContainsKey(ReferenceType) != true || !File.Exists(_blobs.PathOf(digest)))
        {
            return;
        }

        Manifest manifest = ImageJson.ReadManifest(_blobs.Read(digest, ImageJson.MaxManifestSize));
        Digest[] parts = [.. manifest.Layers!.Prepend(manifest.Config!).Select(p => Digest.Parse(p.Digest))];
        if (parts.All(p => File.Exists(_blobs.PathOf(p))))
        {
            _files.UnionWith(parts.Append(digest));
        }
    }

    private static Descriptor Named(Descriptor plain, ImageReference name) => plain with
    {
        Annotations = new() { ["io.containerd.image.name"] = name.Canonical, ["org.opencontainers.image.ref.name"] = name.Tag! },
    };
}

using Quai.Images.Catalog;
using Quai.Images.Content;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>Writes images as a docker-archive that is an OCI layout too: the same blobs, named by <c>manifest.json</c> and by <c>index.json</c>.</summary>
internal sealed class ArchiveWriter(BlobStore blobs, Stream output)
{
    private readonly TarWriter _tar = new(output);

    /// <summary>An image and the names to write with it.</summary>
    public sealed record Item(StoredImage Image, IReadOnlyList<ImageReference> Names);

    public async Task WriteAsync(IReadOnlyList<Item> items, CancellationToken cancellation)
    {
        List<DockerArchiveItem> archive = [];
        List<Descriptor> index = [];
        SortedDictionary<string, Digest> files = new(StringComparer.Ordinal);
        foreach (Item item in items)
        {
            var digest = Digest.Parse(item.Image.Manifest);
            byte[] bytes = blobs.Read(digest, ImageJson.MaxManifestSize);
            Manifest manifest = ImageJson.ReadManifest(bytes);
            files[NameOf(digest)] = digest;
            foreach (Descriptor part in manifest.Layers!.Prepend(manifest.Config!))
            {
                var blob = Digest.Parse(part.Digest);
                files[NameOf(blob)] = blob;
            }

            archive.Add(new DockerArchiveItem
            {
                Config = NameOf(Digest.Parse(manifest.Config!.Digest)),
                RepoTags = [.. item.Names.Select(n => n.Familiar)],
                Layers = [.. manifest.Layers!.Select(l => NameOf(Digest.Parse(l.Digest)))],
            });
            var plain = new Descriptor { MediaType = ImageJson.DetectMediaType(bytes), Digest = digest.ToString(), Size = bytes.Length };
            index.AddRange(item.Names.Count == 0 ? [plain] : item.Names.Select(n => plain with
            {
                Annotations = new() { ["io.containerd.image.name"] = n.Canonical, ["org.opencontainers.image.ref.name"] = n.Tag! },
            }));
        }

        await _tar.AddDirectoryAsync("blobs/", cancellation).ConfigureAwait(false);
        foreach (string algorithm in files.Values.Select(d => d.Algorithm).Distinct().Order())
        {
            await _tar.AddDirectoryAsync($"blobs/{algorithm}/", cancellation).ConfigureAwait(false);
        }

        foreach ((string name, Digest digest) in files)
        {
            await _tar.AddFileAsync(name, blobs.PathOf(digest), cancellation).ConfigureAwait(false);
        }

        await _tar.AddAsync("index.json", ImageJson.Write(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = index }), cancellation).ConfigureAwait(false);
        await _tar.AddAsync("manifest.json", ImageJson.Write(archive), cancellation).ConfigureAwait(false);
        await _tar.AddAsync("oci-layout", ImageJson.Write(new OciLayoutMark()), cancellation).ConfigureAwait(false);
        await _tar.FinishAsync(cancellation).ConfigureAwait(false);
    }

    private static string NameOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";
}

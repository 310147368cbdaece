using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Catalog.Indexes;
using Quai.Oci.Images;

namespace Quai.Images.Commits;

/// <summary>Records the images of several platforms that a build has made, all at once: a name never stands for some of them.</summary>
internal sealed class RecordBuiltIndex(BlobStore blobs, ImageRecorder recorder, AttestedIndexes attested, ImageEvents events)
{
    public async Task<IReadOnlyList<Image>> RunAsync(BuiltIndex built, CancellationToken cancellation)
    {
        ImageName[] tags = [.. built.Names.Select(ImageName.Built)];

        // A tag that comes with the index's digest stays with the images of all platforms.
        ImageName[] names = [.. tags, .. tags.Select(t => ImageName.ByDigest(t.Reference, built.Index)).DistinctBy(n => n.Reference.Canonical)];
        NewImage[] images = [.. built.Manifests.Select(m => New(m, built.Index, names) with { Superseded = attested.SupersededBy(m.Config.ToString(), built.Index, tags) })];
        IReadOnlyList<StoredImage> stored = (await recorder.RecordAsync(images, cancellation).ConfigureAwait(false)).Images;
        foreach (ImageName tag in tags)
        {
            events.Publish("tag", stored[0].Image.Id, tag.Reference.Familiar);
        }

        return [.. stored.Select(s => s.Image)];
    }

    private NewImage New(BuiltManifest manifest, Digest index, ImageName[] names)
    {
        byte[] config = blobs.Read(manifest.Config, ImageJson.MaxManifestSize);
        ImageRecorder.CheckLayers(ImageJson.ReadConfig(config), manifest.ChainIds.Count);
        return new NewImage(manifest.Config, config, manifest.Manifest, manifest.ChainIds, [.. manifest.Blobs.Append(index).Select(b => b.ToString()).Distinct()], names) { IsNamedHere = true };
    }
}

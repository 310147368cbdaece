using Quai.Content.Collecting;
using Quai.Images.Catalog;
using Quai.Images.Catalog.Indexes;

namespace Quai.Images.Commits;

/// <summary>Records an image that a build has made.</summary>
internal sealed class RecordBuiltImage(ImageMaker maker, AttestedIndexes attested, ImageEvents events)
{
    public async Task<Image> RunAsync(BuiltImage built, Lease lease, CancellationToken cancellation)
    {
        ImageName[] names = [.. built.Names.Select(ImageName.Built)];
        ImageRecorder.CheckLayers(built.Config, built.Layers.Count);
        StoredImage image = await maker.RunAsync(_ => built.Config, [.. built.Layers], built.ChainIds, names, null, lease, cancellation, built.Annotations, id => attested.SupersededBy(id.ToString(), null, names)).ConfigureAwait(false);
        foreach (ImageName name in names)
        {
            events.Publish("tag", image.Image.Id, name.Reference.Familiar);
        }

        return image.Image;
    }
}

using Quai.Images.Catalog;
using Quai.Oci.Images;

namespace Quai.Images.Views;

/// <summary>How an image was made, as far as its config says.</summary>
internal sealed class ShowHistory(ImageCatalog catalog)
{
    public IReadOnlyList<ImageHistory> Run(string reference, Platform? platform)
    {
        StoredImage image = catalog.Find(reference, platform);
        List<ImageHistory> history = [];
        int layer = 0;
        foreach (HistoryEntry entry in image.Image.Config.History ?? [])
        {
            long size = entry.EmptyLayer != true && layer < image.Layers.Count ? image.Layers[layer++].Size : 0;
            history.Add(new ImageHistory("<missing>", entry.Created ?? default, entry.CreatedBy ?? "", [], size, entry.Comment ?? ""));
        }

        history.Reverse();

        // The newest step made this image, the step before it the image that it was made from, as far as these are here.
        StoredImage? maker = image;
        for (int step = 0; step < history.Count && maker is not null; step++)
        {
            history[step] = history[step] with { Id = maker.Image.Id, Tags = maker.Image.RepoTags };
            maker = catalog.ById(maker.Image.Parent);
        }

        return history;
    }
}

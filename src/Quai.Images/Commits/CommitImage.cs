using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Layers;
using Quai.Images.Catalog;
using Quai.Images.Changes;
using Quai.Oci.Images;

namespace Quai.Images.Commits;

/// <summary>Makes an image from a container's changes: its image's layers and one more.</summary>
internal sealed class CommitImage(
    ImageCatalog catalog, ImageHolds holds, BlobStore blobs, LayerCommit differences, ImageMaker maker, LeasedWork work, ImageEvents events)
{
    public async Task<Image> RunAsync(ContainerCommit commit, CancellationToken cancellation)
    {
        ImageName? name = string.IsNullOrEmpty(commit.Repository) ? null : TagImage.NameOf(commit.Repository, commit.Tag);
        ConfigChanges.Apply(commit.Config, commit.Changes);
        ConfigCompletion.Complete(commit.Config, commit.ContainerConfig);
        StoredImage image = await work.RunAsync(lease => MakeAsync(commit, name, lease, cancellation)).ConfigureAwait(false);
        if (name is not null)
        {
            events.Publish("tag", image.Image.Id, name.Reference.Familiar);
        }

        return image.Image;
    }

    private async Task<StoredImage> MakeAsync(ContainerCommit commit, ImageName? name, Lease lease, CancellationToken cancellation)
    {
        StoredImage parent = catalog.ById(commit.ParentId) ?? throw new ImageNotFoundException(commit.ParentId);
        List<Descriptor> layers = LayersOf(await holds.HoldAsync(parent, lease, cancellation).ConfigureAwait(false));
        var difference = new Difference { Key = commit.Key, Below = parent.Image.Config.RootFs.DiffIds, LeftOut = commit.LeftOut, FilesRead = commit.FilesRead };
        CommittedLayer made = await differences.RunAsync(difference, lease, cancellation).ConfigureAwait(false);
        layers.Add(made.Blob);

        ImageConfig below = parent.Image.Config;
        string? author = commit.Author.Length > 0 ? commit.Author : null, comment = commit.Comment.Length > 0 ? commit.Comment : null;
        return await maker.RunAsync(
            now => new ImageConfig
            {
                Architecture = below.Architecture,
                Os = below.Os,
                OsVersion = below.OsVersion,
                Variant = below.Variant,
                Created = now,
                Author = author,
                Comment = comment,
                Config = commit.Config,
                RootFs = new RootFs { DiffIds = [.. made.DiffIds] },
                History = [.. below.History ?? [], new HistoryEntry { Created = now, CreatedBy = commit.CreatedBy.Length > 0 ? commit.CreatedBy : null, Author = author, Comment = comment }],
            },
            layers,
            made.ChainIds,
            name is null ? [] : [name],
            parent.Image.Id,
            lease,
            cancellation).ConfigureAwait(false);
    }

    /// <summary>The base image's layers, with OCI's media types, as its manifest may use Docker's.</summary>
    private List<Descriptor> LayersOf(HeldImage parent)
    {
        Manifest manifest = ImageJson.ReadManifest(blobs.Read(Digest.Parse(parent.Image.Manifest), ImageJson.MaxManifestSize));
        return [.. manifest.Layers!.Select(l => l.MediaType?.EndsWith(".tar.gzip", StringComparison.Ordinal) == true ? l with { MediaType = MediaTypes.OciLayerGzip } : l)];
    }
}

using Quai.Archives;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Content.Layers;
using Quai.Content.Snapshots;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Images.Changes;
using Quai.Images.Commits;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>Makes a one-layer image from a tar of a root file system.</summary>
internal sealed class ImportImage(BlobStore blobs, SnapshotStore snapshots, LayerStore layers, ImageMaker maker, LeasedWork work, ImageEvents events)
{
    public async Task<Image> RunAsync(
        Stream archive, string? repositoryTag, string? message, IReadOnlyList<string> configure, string? platform, CancellationToken cancellation)
    {
        ImageReference? given = string.IsNullOrEmpty(repositoryTag) ? null : ImageReference.Parse(repositoryTag).WithDefaultTag();
        if (given?.Digest is not null)
        {
            throw QuaiException.Invalid("cannot import digest reference");
        }

        ImageName? name = given is null ? null : ImageName.Tag(given);
        Platform target = string.IsNullOrEmpty(platform) ? Platform.Host : Platform.Parse(platform);
        ExecutionConfig execution = ConfigChanges.Apply(configure);
        string comment = message ?? "Imported from -";
        StoredImage image = await work.RunAsync(
            async lease =>
            {
                (Descriptor layer, string diffId) = await IngestAsync(archive, lease, cancellation).ConfigureAwait(false);
                return await maker.RunAsync(now => Configure(diffId, execution, target, comment, now), [layer], [diffId], name is null ? [] : [name], null, lease, cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
        events.Publish("import", image.Image.Id, name?.Reference.Familiar ?? image.Image.Id);
        return image.Image;
    }

    private static ImageConfig Configure(string diffId, ExecutionConfig execution, Platform platform, string comment, DateTimeOffset now) => new()
    {
        Architecture = platform.Architecture,
        Os = platform.Os,
        Variant = platform.Variant,
        Created = now,
        Comment = comment,
        Config = execution,
        RootFs = new RootFs { DiffIds = [diffId] },
        History = [new HistoryEntry { Created = now, Comment = comment }],
    };

    private async Task<(Descriptor Layer, string DiffId)> IngestAsync(Stream archive, Lease lease, CancellationToken cancellation)
    {
        await using PendingLayer pending = await snapshots.BeginLayerAsync(cancellation).ConfigureAwait(false);
        using IngestFile file = blobs.Begin();
        IngestedLayer layer = await Task.Factory.StartNew(
            () =>
            {
                using var source = new SyncStream(archive, cancellation);
                return LayerIngest.Run(source, Compression.Detect(source.Peek(Compression.MagicLength)), file, pending.Directory, cancellation);
            },
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
        if (layer.Failure is { } failure)
        {
            throw failure;
        }

        string diffId = layer.DiffId.ToString();
        Digest blob = file.Digest();
        var descriptor = new Descriptor { MediaType = ArchiveLoader.MediaTypeOf(layer.Kind), Digest = blob.ToString(), Size = file.Length };
        await blobs.CommitAsync(file, blob, lease, cancellation).ConfigureAwait(false);
        await layers.KeepAsync(pending, diffId, layer.Size, lease, cancellation).ConfigureAwait(false);
        return (descriptor, diffId);
    }
}

using Quai.Errors;
using Quai.Images.Archives;
using Quai.Images.Assembly;
using Quai.Images.Catalog;
using Quai.Images.Commits;
using Quai.Images.Content;
using Quai.Images.Snapshots;
using Quai.Oci.Images;

namespace Quai.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public async Task<Image> CommitAsync(ContainerCommit commit, CancellationToken cancellation)
    {
        ImageName? name = string.IsNullOrEmpty(commit.Repository) ? null : TagOf(commit.Repository, commit.Tag);
        ConfigChanges.Apply(commit.Config, commit.Changes);
        ConfigCompletion.Complete(commit.Config, commit.ContainerConfig);
        StoredImage image = await WithLeaseAsync(lease => CommitAsync(commit, name, lease, cancellation)).ConfigureAwait(false);
        if (name is not null)
        {
            Changed?.Invoke("tag", image.Image.Id, name.Reference.Familiar);
        }

        return image.Image;
    }

    private async Task<StoredImage> CommitAsync(ContainerCommit commit, ImageName? name, Lease lease, CancellationToken cancellation)
    {
        StoredImage parent = _catalog.ById(commit.ParentId) ?? throw new ImageNotFoundException(commit.ParentId);
        List<Descriptor> layers = HoldParent(parent, lease, out HashSet<string> used);
        Snapshot snapshot = _snapshots.Get(commit.Key);
        await using SnapshotStore.PendingLayer pending = await _snapshots.BeginLayerAsync(cancellation).ConfigureAwait(false);
        using IngestFile file = _blobs.Begin();
        LayerCommit.Result made =
            await LayerCommit.RunAsync(Path.Combine(snapshot.Root, snapshot.Upper), commit.LeftOut, file, pending.Directory, cancellation).ConfigureAwait(false);
        if (commit.FilesRead is { } read)
        {
            await read().ConfigureAwait(false);
        }

        List<string> diffIds = [.. parent.Image.Config.RootFs.DiffIds, made.DiffId.ToString()];
        string[] chains = ChainIds.Of(diffIds);
        _assembler.NoteUnsynced(chains[^1]);
        await pending.KeepAsync(chains[^1], made.Size, lease, cancellation).ConfigureAwait(false);
        Digest blob = file.Digest();
        layers.Add(new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = blob.ToString(), Size = file.Length });
        await _blobs.CommitAsync(file, blob, lease, cancellation).ConfigureAwait(false);

        DateTimeOffset now = _options.Time.GetUtcNow();
        ImageConfig below = parent.Image.Config;
        byte[] config = ImageJson.Write(new ImageConfig
        {
            Architecture = below.Architecture,
            Os = below.Os,
            OsVersion = below.OsVersion,
            Variant = below.Variant,
            Created = now,
            Author = commit.Author.Length > 0 ? commit.Author : null,
            Comment = commit.Comment.Length > 0 ? commit.Comment : null,
            Config = commit.Config,
            RootFs = new RootFs { DiffIds = diffIds },
            History =
            [
                .. below.History ?? [],
                new HistoryEntry
                {
                    Created = now,
                    CreatedBy = commit.CreatedBy.Length > 0 ? commit.CreatedBy : null,
                    Author = commit.Author.Length > 0 ? commit.Author : null,
                    Comment = commit.Comment.Length > 0 ? commit.Comment : null,
                },
            ],
        });
        Digest id = await _blobs.AddAsync(config, null, lease, cancellation).ConfigureAwait(false);
        byte[] manifest = ImageJson.Write(new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = id.ToString(), Size = config.Length },
            Layers = layers,
        });
        Digest manifestDigest = await _blobs.AddAsync(manifest, null, lease, cancellation).ConfigureAwait(false);
        used.UnionWith([blob.ToString(), id.ToString(), manifestDigest.ToString()]);
        (StoredImage image, _) = await _assembler.RecordAsync(
            new NewImage(id, config, manifestDigest, chains, used, name is null ? [] : [name]) { Parent = parent.Image.Id, IsNamedHere = true }, cancellation).ConfigureAwait(false);
        return image;
    }

    /// <summary>The layers of the image below, held though somebody removes it meanwhile; in OCI's media types, as its manifest may be Docker's.</summary>
    private List<Descriptor> HoldParent(StoredImage parent, Lease lease, out HashSet<string> used)
    {
        foreach (string chain in ChainIds.Of(parent.Image.Config.RootFs.DiffIds))
        {
            lease.Hold(chain);
        }

        List<Descriptor> layers = [.. HoldManifest(parent, lease).Skip(1)];
        foreach (Descriptor layer in layers)
        {
            lease.Hold(layer.Digest);
        }

        if (_catalog.ById(parent.Image.Id) is null)
        {
            throw new ImageNotFoundException(parent.Image.Id);
        }

        used = [.. layers.Select(l => l.Digest)];
        return [.. layers.Select(l => l.MediaType?.EndsWith(".tar.gzip", StringComparison.Ordinal) == true ? l with { MediaType = MediaTypes.OciLayerGzip } : l)];
    }
}

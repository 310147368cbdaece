using Microsoft.Data.Sqlite;
using Quai.Archives;
using Quai.Content;
using Quai.Content.Collecting;
using Quai.Content.Layers;
using Quai.Content.Records;
using Quai.Content.Snapshots;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;
using Quai.Metadata;
using Quai.Oci.Images;

namespace Quai.Build.Layers;

/// <summary>
/// The layers that builds make and use. A step's files become a layer where they are, without being copied or read; only what needs a layer's digest, such as an image,
/// has it packed.
/// </summary>
public sealed class LayerStore
{
    private readonly ContentStore _content;
    private readonly MetadataDatabase _database;
    private readonly TimeProvider _time;
    private readonly Turns _packing = new();

    internal LayerStore(ContentStore content, MetadataDatabase database, TimeProvider time)
    {
        _content = content;
        _database = database;
        _time = time;
    }

    /// <summary>The layers of an image, which are unpacked and held by the caller; from now on builds own them, too.</summary>
    /// <param name="chainIds">The unpacked layers, from the bottom up.</param>
    /// <param name="diffIds">The digests of their uncompressed archives.</param>
    /// <param name="blobs">Their blobs.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<LayerStack> TakeAsync(IReadOnlyList<string> chainIds, IReadOnlyList<string> diffIds, IReadOnlyList<Descriptor> blobs, CancellationToken cancellation)
    {
        await _database.WriteAsync(
            c =>
            {
                for (int i = 0; i < chainIds.Count; i++)
                {
                    // The blob may be here or not: an image that came as layers alone has none.
                    bool hasBlob = ContentRecords.SizeOf(c, blobs[i].Digest) is not null;
                    c.Run(
                        """
                        INSERT INTO build_layers(id, chain_id, size, created, diff_id, blob, media_type, blob_size) VALUES ($i, $i, $z, $t, $d, $b, $m, $s)
                        ON CONFLICT(id) DO UPDATE SET blob=coalesce(blob, $b), media_type=coalesce(media_type, $m), blob_size=coalesce(blob_size, $s)
                        """,
                        ("$i", chainIds[i]), ("$z", ContentRecords.LayerSize(c, chainIds[i])), ("$t", Now()), ("$d", diffIds[i]),
                        ("$b", hasBlob ? blobs[i].Digest : null), ("$m", hasBlob ? blobs[i].MediaType : null), ("$s", hasBlob ? blobs[i].Size : null));
                }
            },
            cancellation).ConfigureAwait(false);
        return new LayerStack([.. chainIds.Select(Get)]);
    }

    /// <summary>A layer by its id.</summary>
    /// <exception cref="QuaiException">Kind NotFound: it is gone.</exception>
    internal BuildLayer Get(string id) => TryGet(id) ?? throw QuaiException.NotFound($"layer {id} of a build is gone");

    /// <summary>A layer by its id; null for one that is gone.</summary>
    internal BuildLayer? TryGet(string id)
    {
        List<(string Chain, long Size)> rows = _database.Read(c => c.Rows("SELECT chain_id, size FROM build_layers WHERE id=$i", r => (r.GetString(0), r.GetInt64(1)), ("$i", id)));
        return rows is [var (chain, size)] && _content.Snapshots.DirectoryOf(chain) is { } directory ? new BuildLayer(id, directory, size) : null;
    }

    /// <summary>The blob that a layer is; null for one that was never packed.</summary>
    internal Descriptor? BlobOf(BuildLayer layer) => _database.Read(c => c.Rows(
        "SELECT blob, media_type, blob_size FROM build_layers WHERE id=$i AND blob IS NOT NULL",
        r => new Descriptor { Digest = r.GetString(0), MediaType = r.GetString(1), Size = r.GetInt64(2) }, ("$i", layer.Id))).SingleOrDefault();

    /// <summary>When the layers of a tree were made here, from the bottom up.</summary>
    public IReadOnlyList<DateTimeOffset> CreatedAt(LayerStack stack) =>
    [
        .. stack.Layers.Select(l => DateTimeOffset.FromUnixTimeMilliseconds(_database.Read(c => c.Scalar<long>("SELECT created FROM build_layers WHERE id=$i", ("$i", l.Id))))),
    ];

    /// <summary>Says when layers were made that were made elsewhere, and came here later.</summary>
    internal Task DateAsync(IReadOnlyDictionary<string, DateTimeOffset> created) => _database.WriteAsync(
        c =>
        {
            foreach ((string layer, DateTimeOffset time) in created)
            {
                c.Run("UPDATE build_layers SET created=$t WHERE id=$i AND created>$t", ("$t", time.ToUnixTimeMilliseconds()), ("$i", layer));
            }
        },
        CancellationToken.None);

    /// <summary>Which files layers have.</summary>
    internal LayerFiles Files { get; } = new();

    /// <summary>A layer with the same files as another, of which those are its own that one of some other layers has, too.</summary>
    internal async Task<BuildLayer> SetApartAsync(BuildLayer layer, IReadOnlyList<BuildLayer> others, CancellationToken cancellation)
    {
        await using WritableLayer made = await BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
        await DeepThread.RunAsync("files", () => LinkedTree.Make(layer.Directory, made.Directory, inode => Files.Has(others, inode))).ConfigureAwait(false);
        return (await made.SealAsync(cancellation).ConfigureAwait(false)).Layers[0];
    }

    /// <summary>Begins a layer on top of others.</summary>
    internal async Task<WritableLayer> BeginAsync(LayerStack below, CancellationToken cancellation)
    {
        string key = "build-" + Guid.NewGuid().ToString("N");
        Snapshot snapshot = await _content.Snapshots.PrepareAsync(
            key, c => new SnapshotParent([.. below.Layers.Select(l => ChainOf(c, l.Id))], ""), cancellation).ConfigureAwait(false);
        return new WritableLayer(this, snapshot, below);
    }

    internal async Task<BuildLayer> SealAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        string directory = Path.Combine(snapshot.Root, snapshot.Upper), id = snapshot.Key;
        long size = await Task.Run(() => SizeOf(directory), cancellation).ConfigureAwait(false);
        using Lease lease = _content.Leases.Begin();
        await _content.Snapshots.SealAsync(snapshot.Key, id, size, lease, cancellation).ConfigureAwait(false);
        await _database.WriteAsync(
            c => c.Run("INSERT INTO build_layers(id, chain_id, size, created) VALUES ($i, $i, $z, $t)", ("$i", id), ("$z", size), ("$t", Now())),
            CancellationToken.None).ConfigureAwait(false);
        return new BuildLayer(id, directory, size);
    }

    internal Task DiscardAsync(Snapshot snapshot) => _content.Snapshots.RemoveAsync(snapshot.Key, CancellationToken.None);

    /// <summary>Makes the layers of a tree such as an image has: packs those that have no blob, several at a time, and gives the unpacked ones their true names.</summary>
    /// <param name="stack">The tree.</param>
    /// <param name="lease">Keeps blobs and layers until they have an owner.</param>
    /// <param name="cancellation">Stops; what is complete is kept.</param>
    public async Task<NamedLayers> NameAsync(LayerStack stack, Lease lease, CancellationToken cancellation)
    {
        (string DiffId, Descriptor Blob)[] packed = await Task.WhenAll(stack.Layers.Select(l => PackAsync(l, lease, cancellation))).ConfigureAwait(false);
        string[] diffIds = [.. packed.Select(p => p.DiffId)], chains = ChainIds.Of(diffIds);
        for (int i = 0; i < chains.Length; i++)
        {
            await NameAsync(stack.Layers[i], chains[i], lease, cancellation).ConfigureAwait(false);
            await _content.Packing.ShareAsync(packed[i].Blob.Digest, chains[i], cancellation).ConfigureAwait(false);
        }

        return new NamedLayers([.. packed.Select(p => p.Blob)], diffIds, chains);
    }

    /// <summary>Makes the layers as <see cref="NameAsync(LayerStack, Lease, CancellationToken)"/> does, but with no file of those that were made here later than a given time.</summary>
    /// <param name="stack">The tree.</param>
    /// <param name="latest">The time.</param>
    /// <param name="lease">Keeps blobs and layers until they have an owner.</param>
    /// <param name="cancellation">Stops; what is complete is kept.</param>
    public async Task<NamedLayers> NameAsync(LayerStack stack, DateTimeOffset latest, Lease lease, CancellationToken cancellation)
    {
        bool[] isMade = [.. stack.Layers.Select(l => !l.Id.StartsWith("sha256:", StringComparison.Ordinal))];
        (string DiffId, Descriptor Blob)[] packed = await Task.WhenAll(stack.Layers.Select((l, i) => isMade[i] ? PackDatedAsync(l, latest, lease, cancellation) : PackAsync(l, lease, cancellation))).ConfigureAwait(false);
        string[] diffIds = [.. packed.Select(p => p.DiffId)], chains = ChainIds.Of(diffIds);
        for (int i = 0; i < chains.Length; i++)
        {
            await (isMade.AsSpan(0, i + 1).Contains(true)
                ? _content.Layers.UnpackAsync(Digest.Parse(packed[i].Blob.Digest), diffIds[i], chains[i], lease, null, cancellation)
                : NameAsync(stack.Layers[i], chains[i], lease, cancellation)).ConfigureAwait(false);
        }

        return new NamedLayers([.. packed.Select(p => p.Blob)], diffIds, chains);
    }

    /// <summary>Unpacks layers that lie on one another, as far as they are not here.</summary>
    /// <param name="blobs">Their blobs, from the bottom up.</param>
    /// <param name="diffIds">The digests of what they unpack to.</param>
    /// <param name="lease">Keeps them until they have an owner.</param>
    /// <param name="cancellation">Stops; what is complete is kept.</param>
    /// <returns>Their names.</returns>
    public async Task<IReadOnlyList<string>> UnpackAsync(IReadOnlyList<Descriptor> blobs, IReadOnlyList<string> diffIds, Lease lease, CancellationToken cancellation)
    {
        string[] chains = ChainIds.Of(diffIds);
        for (int i = 0; i < chains.Length; i++)
        {
            await _content.Layers.UnpackAsync(Digest.Parse(blobs[i].Digest), diffIds[i], chains[i], lease, null, cancellation).ConfigureAwait(false);
        }

        return chains;
    }

    private async Task<(string DiffId, Descriptor Blob)> PackDatedAsync(BuildLayer layer, DateTimeOffset latest, Lease lease, CancellationToken cancellation)
    {
        (Digest made, long length) = await _content.Packing.PackDatedAsync(layer.Directory, latest, lease, cancellation).ConfigureAwait(false);
        return (made.ToString(), Plain(made, length));
    }

    /// <summary>A layer's blob, which is made if there is none.</summary>
    internal async Task<(string DiffId, Descriptor Blob)> PackAsync(BuildLayer layer, Lease lease, CancellationToken cancellation)
    {
        using IDisposable turn = await _packing.EnterAsync(layer.Id, cancellation).ConfigureAwait(false);
        (string? diffId, Descriptor? blob) = _database.Read(c => c.Rows(
            "SELECT diff_id, blob, media_type, blob_size FROM build_layers WHERE id=$i",
            r => (r.IsDBNull(0) ? null : r.GetString(0), r.IsDBNull(1) ? null : new Descriptor { Digest = r.GetString(1), MediaType = r.GetString(2), Size = r.GetInt64(3) }),
            ("$i", layer.Id))).Single();
        if (blob is not null)
        {
            lease.Hold(blob.Digest);
            return (diffId!, blob);
        }

        (Digest made, long length) = await _content.Packing.PackAsync(_database.Read(c => ChainOf(c, layer.Id)), layer.Directory, layer.Size, lease, cancellation).ConfigureAwait(false);
        if (diffId is not null && diffId != made.ToString())
        {
            throw QuaiException.System($"layer {layer.Id} packs to {made}, not to {diffId} as it came");
        }

        await _database.WriteAsync(
            c => c.Run("UPDATE build_layers SET diff_id=$d, blob=$d, media_type=$m, blob_size=$s WHERE id=$i", ("$d", made.ToString()), ("$m", MediaTypes.OciLayer), ("$s", length), ("$i", layer.Id)),
            cancellation).ConfigureAwait(false);
        return (made.ToString(), Plain(made, length));
    }

    private async Task NameAsync(BuildLayer layer, string chainId, Lease lease, CancellationToken cancellation)
    {
        if (await _content.Snapshots.HoldLayerAsync(chainId, lease, cancellation).ConfigureAwait(false))
        {
            return;
        }

        bool isNamed = await _database.WriteAsync(
            c =>
            {
                string name = ChainOf(c, layer.Id);
                if (name == layer.Id && !name.StartsWith("sha256:", StringComparison.Ordinal))
                {
                    SnapshotStore.NameLayer(c, name, chainId);
                    c.Run("UPDATE build_layers SET chain_id=$t WHERE chain_id=$c", ("$t", chainId), ("$c", name));
                    return true;
                }

                return false;
            },
            cancellation).ConfigureAwait(false);
        if (!isNamed)
        {
            // The layer is part of another stack, too, by whose name it goes: its files get a second folder.
            await _content.Snapshots.MakeLayerAsync(
                chainId,
                lease,
                directory => Task.Run(
                    () =>
                    {
                        LinkedTree.Make(layer.Directory, directory);
                        return layer.Size;
                    },
                    cancellation),
                cancellation).ConfigureAwait(false);
        }
    }

    private static Descriptor Plain(Digest digest, long length) => new() { MediaType = MediaTypes.OciLayer, Digest = digest.ToString(), Size = length };

    private static string ChainOf(SqliteConnection connection, string id) =>
        connection.Scalar<string?>("SELECT chain_id FROM build_layers WHERE id=$i", ("$i", id)) ?? throw QuaiException.NotFound($"layer {id} of a build is gone");

    private static long SizeOf(string path)
    {
        using FileDescriptor directory = RootedFiles.OpenDirectory(path);
        return FileCalls.TreeSize(directory.Number);
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}

using Quai.Build.Exporting.Images;
using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Build.Sources;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;
using Quai.Registry;

namespace Quai.Build.RemoteCaches.Stores;

/// <summary>A cache in a registry: under a name of its own, or carried along by an image.</summary>
internal sealed class RegistryCacheStore : ICacheStore
{
    private const int DeepestIndex = 3;

    private readonly IRegistries _registries;
    private readonly IPublishing _publishing;
    private readonly BlobStore _blobs;
    private readonly IBuildSession? _session;
    private readonly ImageReference _name;
    private readonly bool _usesOciTypes;

    /// <exception cref="QuaiException">The reference is missing or malformed, or something is asked for that there is not.</exception>
    public RegistryCacheStore(CacheReference cache, IRegistries registries, IPublishing publishing, BlobStore blobs, IBuildSession? session)
    {
        (_registries, _publishing, _blobs, _session) = (registries, publishing, blobs, session);
        var text = new CacheText(cache);
        _name = ImageReference.Parse(text.Required("ref")).WithDefaultTag();
        _usesOciTypes = text.Flag("oci-mediatypes", usual: true);
        if (!text.Flag("image-manifest", usual: true))
        {
            throw new QuaiException(ErrorKind.NotImplemented, "a cache in the form of an index (image-manifest=false) is not available in this version of Quai: registries take the usual form, a manifest");
        }
    }

    /// <inheritdoc/>
    public string Title => "exporting cache to registry";

    /// <inheritdoc/>
    public string Name => _name.Familiar;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CacheGraph>> ReadAsync(CancellationToken cancellation)
    {
        RegistryAuth? auth = await AuthAsync(cancellation).ConfigureAwait(false);
        List<CacheGraph> found = [];
        await ReadAsync(_name.Canonical, auth, found, 0, cancellation).ConfigureAwait(false);
        return found;
    }

    /// <inheritdoc/>
    public async Task FetchAsync(Descriptor blob, Lease lease, IStepProgress progress, CancellationToken cancellation)
    {
        RegistryAuth? auth = await AuthAsync(cancellation).ConfigureAwait(false);
        await _registries.DownloadBlobAsync(_name.Name, blob, lease, auth, done => progress.Report(blob.Digest, done, blob.Size, done == blob.Size), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> WriteAsync(CacheGraph graph, Lease lease, IStepProgress progress, CancellationToken cancellation)
    {
        Descriptor manifest = await CacheManifests.WriteAsync(graph, _usesOciTypes, _blobs, lease, cancellation).ConfigureAwait(false);
        await _publishing.PushAsync(_name, Digest.Parse(manifest.Digest), lease, await AuthAsync(cancellation).ConfigureAwait(false), new PushProgress("writing", progress), cancellation).ConfigureAwait(false);
        progress.Report($"writing cache image manifest {manifest.Digest}", 0, 0, isComplete: true);
        return CacheManifests.Answer(manifest);
    }

    private async Task ReadAsync(string reference, RegistryAuth? auth, List<CacheGraph> found, int depth, CancellationToken cancellation)
    {
        byte[] bytes = await _registries.FetchManifestAsync(reference, auth, cancellation).ConfigureAwait(false);
        if (!MediaTypes.IsIndex(ImageJson.DetectMediaType(bytes)))
        {
            if (await CacheManifests.ReadAsync(
                ImageJson.ReadManifest(bytes), (blob, limit) => _registries.FetchBlobAsync(_name.Name, blob, limit, auth, cancellation)).ConfigureAwait(false) is { } graph)
            {
                found.Add(graph);
            }

            return;
        }

        foreach (Descriptor entry in ImageJson.ReadIndex(bytes).Manifests!.Where(m => depth < DeepestIndex && (MediaTypes.IsManifest(m.MediaType) || MediaTypes.IsIndex(m.MediaType))))
        {
            await ReadAsync($"{_name.Name}@{entry.Digest}", auth, found, depth + 1, cancellation).ConfigureAwait(false);
        }
    }

    private Task<RegistryAuth?> AuthAsync(CancellationToken cancellation) => BaseImages.CredentialsAsync(_session, _name, cancellation);
}

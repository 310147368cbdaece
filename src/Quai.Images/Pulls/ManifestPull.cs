using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Images.Pulls;

/// <summary>The manifests of pulls: taken from the store if they are here already.</summary>
internal sealed class ManifestPull(ImageCatalog catalog, BlobStore blobs)
{
    /// <summary>How deeply indexes may be nested.</summary>
    private const int MaxIndexDepth = 5;

    /// <summary>The manifest or index that the name stands for.</summary>
    public async Task<FetchedManifest> TopAsync(RegistryRepository repository, PullJob job, CancellationToken cancellation) =>
        await FindHereAsync(repository, job, cancellation).ConfigureAwait(false)
            ?? await repository.GetManifestAsync(job.Reference.Digest?.ToString() ?? job.Reference.Tag!, cancellation).ConfigureAwait(false);

    /// <summary>Follows indexes, which may be nested, to the manifest of the platform.</summary>
    public async Task<FetchedManifest> ChooseAsync(RegistryRepository repository, FetchedManifest top, PullJob job, CancellationToken cancellation)
    {
        FetchedManifest here = top;
        for (int depth = 0; !MediaTypes.IsManifest(here.MediaType); depth++)
        {
            if (!MediaTypes.IsIndex(here.MediaType))
            {
                throw QuaiException.Invalid(here.MediaType is MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed
                    ? $"Docker Image Format v1 and Docker Image manifest version 2, schema 1 are not supported: {job.Reference.Familiar} must be pushed again in a newer format"
                    : $"unsupported media type {here.MediaType} of {job.Reference.Familiar}");
            }

            if (depth == MaxIndexDepth)
            {
                throw QuaiException.Invalid($"the indexes of {job.Reference.Familiar} lie more than {MaxIndexDepth} deep in one another");
            }

            Descriptor next = Best(ImageJson.ReadIndex(here.Bytes).Manifests!, job.Platform);
            here = await ReadHereAsync(Digest.Parse(next.Digest), job, cancellation, next.MediaType).ConfigureAwait(false)
                ?? await repository.GetManifestAsync(next.Digest, cancellation, next.MediaType).ConfigureAwait(false);
        }

        return here;
    }

    /// <summary>The entry that fits the platform best; if there is none, the first without a platform.</summary>
    private static Descriptor Best(IEnumerable<Descriptor> entries, Platform platform)
    {
        Descriptor? best = null, unnamed = null;
        int bestScore = 0;
        foreach (Descriptor entry in entries)
        {
            if (entry.MediaType is not null && !MediaTypes.IsManifest(entry.MediaType) && !MediaTypes.IsIndex(entry.MediaType))
            {
                continue;
            }

            if (entry.Platform is null || (string.IsNullOrEmpty(entry.Platform.Os) && string.IsNullOrEmpty(entry.Platform.Architecture)))
            {
                unnamed ??= entry;
                continue;
            }

            int score = platform.Score(entry.Platform);
            if (score > bestScore)
            {
                (best, bestScore) = (entry, score);
            }
        }

        return best ?? unnamed ?? throw QuaiException.NotFound($"no matching manifest for {platform} in the manifest list entries");
    }

    /// <summary>Keeps a manifest for the image.</summary>
    public async Task KeepAsync(FetchedManifest manifest, PullJob job, CancellationToken cancellation)
    {
        await blobs.AddAsync(manifest.Bytes, manifest.Digest, job.Lease, cancellation, overwrite: job.NoCache).ConfigureAwait(false);
        job.Blobs.Add(manifest.Digest.ToString());
    }

    /// <summary>The manifest that the tag stands for, if it is still the one that was pulled before.</summary>
    private async Task<FetchedManifest?> FindHereAsync(RegistryRepository repository, PullJob job, CancellationToken cancellation) =>
        job.Reference.Digest is null && !job.NoCache && catalog.AllByName(job.Reference).Any() && await repository.FindAsync(job.Reference.Tag!, cancellation).ConfigureAwait(false) is { } digest
            ? await ReadHereAsync(digest, job, cancellation).ConfigureAwait(false)
            : null;

    private async Task<FetchedManifest?> ReadHereAsync(Digest digest, PullJob job, CancellationToken cancellation, string? mediaType = null)
    {
        if (job.NoCache || await blobs.HoldAsync(digest, job.Lease, cancellation).ConfigureAwait(false) is null)
        {
            return null;
        }

        byte[] bytes = blobs.Read(digest, ImageJson.MaxManifestSize);
        return digest.Matches(bytes) ? new FetchedManifest(bytes, ImageJson.DetectMediaType(bytes, mediaType), digest) : null;
    }
}

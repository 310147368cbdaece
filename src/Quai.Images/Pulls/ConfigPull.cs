using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Images.Pulls;

/// <summary>The configuration of a pulled image.</summary>
internal sealed class ConfigPull(BlobStore blobs, UnfinishedPulls unfinished)
{
    /// <summary>Fetches it unless it is here, and checks that it is for the platform.</summary>
    public async Task<(byte[] Bytes, ImageConfig Parsed)> GetAsync(RegistryRepository repository, Descriptor config, PullJob job, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(config.Digest);
        if (config.Size > ImageJson.MaxConfigSize)
        {
            throw QuaiException.Invalid($"image configuration {digest} is larger than {ImageJson.MaxConfigSize >> 20} MiB");
        }

        if (await blobs.HoldAsync(digest, job.Lease, cancellation).ConfigureAwait(false) is null || (job.NoCache && job.Fetched.TryAdd(digest.ToString(), true)))
        {
            using IngestFile file = blobs.Begin();
            file.Reset(digest.AlgorithmName);
            await repository.DownloadAsync(config, new IngestSink(file), TransferEvents.None, cancellation, "image config").ConfigureAwait(false);

            // Read before it is stored: anything but a config is not stored.
            ImageJson.ReadConfig(File.ReadAllBytes(file.FilePath));
            await blobs.CommitAsync(file, digest, job.Lease, cancellation, unfinished.Keep(digest.ToString())).ConfigureAwait(false);
            job.Fetched[digest.ToString()] = true;
        }

        byte[] bytes = blobs.Read(digest, ImageJson.MaxConfigSize);
        ImageConfig parsed = ImageJson.ReadConfig(bytes);
        CheckPlatform(parsed, job);
        return (bytes, parsed);
    }

    private static void CheckPlatform(ImageConfig config, PullJob job)
    {
        var actual = Platform.Normalize(config.Os, config.Architecture, config.Variant);
        if (job.PlatformWanted && job.Platform.Score(new PlatformDescription { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant }) == 0)
        {
            throw QuaiException.NotFound($"image with reference {job.Reference.Familiar} was found but does not match the specified platform: wanted {job.Platform}, actual: {actual}");
        }

        if (actual.Os != "linux")
        {
            throw QuaiException.Invalid($"image operating system \"{config.Os}\" cannot be used on this platform: operating system is not supported");
        }
    }
}

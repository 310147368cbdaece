using Quai.Build.Exporting.Images;
using Quai.Build.Jobs;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Exporting;

/// <summary>Gives the client the image of the result as an archive.</summary>
/// <param name="composer">Makes the image.</param>
/// <param name="blobs">Where it is then.</param>
/// <param name="leases">Keeps it as long as it is sent.</param>
/// <param name="isForDocker">Whether <c>docker load</c> is to take it, rather than tools that read OCI layouts.</param>
internal sealed class ArchiveExporter(ImageComposer composer, BlobStore blobs, Leases leases, bool isForDocker) : IExporter
{
    // By which clients offer the folder of an image.
    private const string ContentName = "export";

    /// <inheritdoc/>
    public IReadOnlyList<string> Types { get; } = [isForDocker ? "docker" : "oci"];

    /// <inheritdoc/>
    public string Title { get; } = isForDocker ? "exporting to docker image format" : "exporting to oci image format";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        var demands = new ImageDemands(request.Attributes);
        if (isForDocker && trees.Count > 1)
        {
            throw QuaiException.Invalid("docker exporter does not currently support exporting manifest lists");
        }

        trees = [.. trees.Select(t => t with { Attestations = [.. t.Attestations.Where(a => !a.IsInlineOnly)] })];
        if (isForDocker && trees.Any(t => t.Attestations.Count > 0))
        {
            throw QuaiException.Invalid("docker exporter does not support exporting manifest lists, which attestations need: use the oci exporter instead");
        }

        using Lease lease = leases.Begin();
        ComposedImage image = await composer.ComposeAsync(trees, demands, demands.UsesOciTypes ?? !isForDocker, progress, lease, cancellation).ConfigureAwait(false);
        if (!demands.IsFile)
        {
            await WriteAsync(session, image, progress, cancellation).ConfigureAwait(false);
            return image.Answer(demands.Names);
        }

        LayoutArchive archive = await ImageArchive.PlanAsync(blobs, image, demands, isForDocker, cancellation).ConfigureAwait(false);
        Dictionary<string, string> answer = image.Answer(demands.Names);
        progress.Report("sending tarball", 0, archive.Length, isComplete: false);
        await ClientFile.SendAsync(session, request.Index, answer, archive.WriteAsync, cancellation).ConfigureAwait(false);
        progress.Report("sending tarball", archive.Length, archive.Length, isComplete: true);
        return answer;
    }

    /// <summary>Has the client keep the image's blobs in a folder, which it lists itself then.</summary>
    private async Task WriteAsync(IBuildSession? session, ComposedImage image, IStepProgress progress, CancellationToken cancellation)
    {
        var content = new ClientBlobs(session?.OpenContent(ContentName) ?? throw QuaiException.Invalid("no session of a client takes the image"), "the image");
        progress.Report("copying to the client's folder", 0, 0, isComplete: false);
        foreach (Digest digest in image.Blobs.Distinct())
        {
            await content.SendAsync(blobs, digest, cancellation).ConfigureAwait(false);
        }

        progress.Report("copying to the client's folder", 0, 0, isComplete: true);
    }
}

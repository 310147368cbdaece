using Quai.Build.Exporting.Images;
using Quai.Build.Jobs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images;

namespace Quai.Build.Exporting;

/// <summary>Gives the client the image of the result as an archive.</summary>
/// <param name="composer">Makes the image.</param>
/// <param name="blobs">Where it is then.</param>
/// <param name="leases">Keeps it as long as it is sent.</param>
/// <param name="isForDocker">Whether <c>docker load</c> is to take it, rather than tools that read OCI layouts.</param>
internal sealed class ArchiveExporter(ImageComposer composer, BlobStore blobs, Leases leases, bool isForDocker) : IExporter
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Types { get; } = [isForDocker ? "docker" : "oci"];

    /// <inheritdoc/>
    public string Title { get; } = isForDocker ? "exporting to docker image format" : "exporting to oci image format";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        var demands = new ImageDemands(request.Attributes);
        if (!demands.IsFile)
        {
            throw new QuaiException(ErrorKind.NotImplemented, "writing an image into a folder of the client (tar=false) is not available in this version of Quai");
        }

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
        LayoutArchive archive = await ImageArchive.PlanAsync(blobs, image, demands, isForDocker, cancellation).ConfigureAwait(false);
        Dictionary<string, string> answer = image.Answer(demands.Names);
        progress.Report("sending tarball", 0, archive.Length, isComplete: false);
        await ClientFile.SendAsync(session, request.Index, answer, archive.WriteAsync, cancellation).ConfigureAwait(false);
        progress.Report("sending tarball", archive.Length, archive.Length, isComplete: true);
        return answer;
    }
}

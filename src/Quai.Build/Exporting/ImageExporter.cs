using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Images;
using Quai.Oci.Images;

namespace Quai.Build.Exporting;

/// <summary>Makes an image of the result, here.</summary>
internal sealed class ImageExporter(IImageStore images, LayerStore layers, Leases leases) : IExporter
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Types { get; } = ["moby", "image", "docker"];

    /// <inheritdoc/>
    public string Title => "exporting to image";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<ExportedTree> trees, ExportRequest request, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        if (trees is not [ExportedTree tree])
        {
            throw QuaiException.Invalid("an image for several platforms cannot be exported to the image store yet: build for one platform");
        }

        if (request.Attributes.TryGetValue("push", out string? push) && push == "true")
        {
            throw new QuaiException(ErrorKind.NotImplemented, "a build cannot push its image itself yet: push it when it is built");
        }

        string[] names = request.Attributes.TryGetValue("name", out string? text) ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        using Lease lease = leases.Begin();
        progress.Report("exporting layers", 0, 0, isComplete: false);
        NamedLayers named = await layers.NameAsync(tree.Stack, lease, cancellation).ConfigureAwait(false);
        progress.Report("exporting layers", 0, 0, isComplete: true);
        ImageConfig config = ImageConfigs.Complete(tree, named, layers.CreatedAt(tree.Stack));
        Image image = await images.RecordAsync(new BuiltImage(config, named.Blobs, named.ChainIds, names), lease, cancellation).ConfigureAwait(false);
        progress.Report($"writing image {image.Id}", 0, 0, isComplete: true);
        foreach (string name in names)
        {
            progress.Report($"naming to {ImageReference.Parse(name).WithDefaultTag().Canonical}", 0, 0, isComplete: true);
        }

        Dictionary<string, string> answer = new() { ["containerimage.config.digest"] = image.Id, ["containerimage.digest"] = image.Id };
        if (names.Length > 0)
        {
            answer["image.name"] = string.Join(',', names.Select(n => ImageReference.Parse(n).WithDefaultTag().Canonical));
        }

        return answer;
    }
}

using Microsoft.Extensions.Logging;
using Quai.Content;
using Quai.Images.Catalog;
using Quai.Images.Pulls;
using Quai.Metadata;

namespace Quai.Images.Containers;

/// <summary>At start, finishes or undoes what a crash interrupted.</summary>
internal sealed partial class RecoverImages(MetadataDatabase database, ContentStore content, SweepUnfinishedPulls sweep, ImageCatalog catalog, ILogger logger)
{
    public async Task RunAsync(IReadOnlySet<string> containers, CancellationToken cancellation)
    {
        foreach ((string id, string name) in await database.WriteAsync(NameTable.Sweep, cancellation).ConfigureAwait(false))
        {
            LogNameRemoved(logger, name, id);
        }

        await content.RecoverAsync(containers, cancellation).ConfigureAwait(false);
        await sweep.RunAsync(all: false, cancellation).ConfigureAwait(false);
        catalog.Reload();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the name {Name} is taken from image {Id}: the image did not come by that name")]
    private static partial void LogNameRemoved(ILogger logger, string name, string id);
}

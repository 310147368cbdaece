using Quai.Content.Collecting;

namespace Quai.Build.Caching;

/// <summary>Results of builds own their blobs and layers, and the builds that have ended their logs.</summary>
public sealed class BuildOwnership : IContentOwner
{
    /// <inheritdoc/>
    public string BlobQuery => "SELECT blob FROM build_layers WHERE blob IS NOT NULL UNION SELECT blob FROM build_history_blobs";

    /// <inheritdoc/>
    public string LayerQuery => "SELECT chain_id FROM build_layers";
}

using Quai.Build.Layers;
using Quai.Oci.Images;

namespace Quai.Build.Exporting;

/// <summary>A tree of a result.</summary>
/// <param name="Key">Its key among several, such as <c>linux/amd64</c>; empty for the only one.</param>
/// <param name="Platform">The platform that it is for.</param>
/// <param name="Stack">Its files.</param>
/// <param name="Config">The image's configuration as the frontend made it; null for none.</param>
internal sealed record ExportedTree(string Key, Platform Platform, LayerStack Stack, byte[]? Config)
{
    /// <summary>What an image of it carries along of the steps that it was made by; null for nothing.</summary>
    public byte[]? InlineCache { get; init; }
}

using Quai.BuildProtocol.Llb;
using Quai.Frontend.Stages;
using Quai.Oci.Images;

namespace Quai.Frontend.Compiling;

/// <summary>A Dockerfile compiled for a platform.</summary>
/// <param name="Graph">The graph; empty for an image without files.</param>
/// <param name="Image">The image's configuration.</param>
/// <param name="Target">The stage that was compiled.</param>
/// <param name="Compilation">What the stages shared.</param>
internal sealed record CompiledImage(Definition Graph, ImageConfig Image, StageState Target, Compilation Compilation)
{
    /// <summary>What is looked through for packages besides the image: graphs by their names.</summary>
    public IReadOnlyList<(string Name, Definition Graph)> Scanned { get; init; } = [];
}

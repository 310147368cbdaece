using Quai.Frontend.Graphs;
using Quai.Oci.Images;

namespace Quai.Frontend.Compilation;

/// <summary>What a stage begins with that is no stage.</summary>
/// <param name="Files">Makes its files, given what names the step.</param>
/// <param name="Config">Its configuration.</param>
internal sealed record BaseImage(Func<Func<string, string>, Files?> Files, ImageConfig Config)
{
    /// <summary>The step that brings a client's directory, to be told which paths are wanted; null for others.</summary>
    public SourceStep? Local { get; init; }
}

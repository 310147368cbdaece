using Quai.Frontend.Graphs;
using Quai.Oci.Images;

namespace Quai.Frontend.Contexts;

/// <summary>What stands for a stage or an image by the client's wish.</summary>
/// <param name="Files">Its files.</param>
/// <param name="Config">Its configuration; null where it is no image.</param>
/// <param name="Local">The step that brings a client's directory, to be told which paths are wanted; null for others.</param>
internal sealed record NamedContext(Files? Files, ImageConfig? Config, SourceStep? Local);

using Quai.Frontend.Graph;
using Quai.Oci.Images;

namespace Quai.Frontend.Contexts;

/// <summary>Files that a request gives under a name, in whose place they stand.</summary>
/// <param name="Files">The files; null for none.</param>
/// <param name="Image">The image's configuration; null where it is none.</param>
internal sealed record NamedContext(Output? Files, ImageConfig? Image);

using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Registry;

/// <summary>A registry has no manifest with that name.</summary>
/// <param name="image">The requested image.</param>
/// <param name="said">The registry's own words.</param>
public sealed class ManifestNotFoundException(ImageReference image, string said) : QuaiException(ErrorKind.NotFound, $"manifest for {image.Familiar} not found: {said}")
{
    /// <summary>The registry's own words.</summary>
    public string Said => said;
}

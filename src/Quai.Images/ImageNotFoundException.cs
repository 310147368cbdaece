using Quai.Errors;

namespace Quai.Images;

/// <summary>No image has the requested name or id.</summary>
public sealed class ImageNotFoundException(string reference)
    : QuaiException(ErrorKind.NotFound, $"No such image: {reference}")
{
    /// <summary>The requested name or id, in familiar form.</summary>
    public string Reference { get; } = reference;
}

using Quai.Errors;

namespace Quai.Images;

/// <summary>No image has the name or id that was asked for.</summary>
public sealed class ImageNotFoundException(string reference)
    : QuaiException(ErrorKind.NotFound, $"No such image: {reference}")
{
    /// <summary>The name or id as it was asked for, in familiar form.</summary>
    public string Reference { get; } = reference;
}

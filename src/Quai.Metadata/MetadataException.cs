namespace Quai.Metadata;

/// <summary>The metadata database cannot be used: it is damaged, inaccessible, or from a newer version.</summary>
/// <param name="message">One sentence that names the file or the component, and what to do.</param>
/// <param name="innerException">What caused it, if anything.</param>
public sealed class MetadataException(string message, Exception? innerException = null) : Exception(message, innerException);

using Quai.Errors;

namespace Quai.Build.Steps.Files;

/// <summary>A step takes a file that is not there.</summary>
/// <param name="path">The file's path in what it is taken from.</param>
/// <param name="message">The sentence.</param>
internal sealed class MissingFileException(string path, string message) : QuaiException(ErrorKind.NotFound, message)
{
    /// <summary>The file's path in what it is taken from.</summary>
    public string Path { get; } = path;

    /// <summary>Whether the sentence has a name in it that may have been meant.</summary>
    public bool HasSuggestion { get; init; }
}

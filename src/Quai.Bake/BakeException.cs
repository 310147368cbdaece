using Quai.Errors;

namespace Quai.Bake;

/// <summary>A bake file, or what is asked of it, is wrong.</summary>
/// <param name="message">One sentence; where <paramref name="place"/> is known, the message begins with it.</param>
/// <param name="place">Where in which file, if that is known.</param>
/// <param name="innerException">What caused it, if anything.</param>
public sealed class BakeException(string message, BakePlace? place = null, Exception? innerException = null)
    : QuaiException(ErrorKind.InvalidParameter, message, innerException)
{
    /// <summary>Where in which file; null where the error is of no place in a file.</summary>
    public BakePlace? Place => place;

    /// <summary>The first of what was found wrong, if it was found by diagnostics.</summary>
    internal string? FirstDiagnostic { get; init; }

    /// <summary>How many things were found wrong by diagnostics.</summary>
    internal int DiagnosticCount { get; init; }
}

using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Frontends;

/// <summary>Something that a user wrote is wrong, or failed: with the place in the source, which clients show.</summary>
/// <param name="kind">What kind of error it is.</param>
/// <param name="message">One sentence.</param>
/// <param name="source">The file.</param>
/// <param name="ranges">The places in it.</param>
/// <param name="innerException">What caused it, if anything.</param>
public sealed class SourceException(ErrorKind kind, string message, SourceInfo source, IReadOnlyList<BuildProtocol.Llb.Range> ranges, Exception? innerException = null)
    : QuaiException(kind, message, innerException)
{
    /// <summary>The file, with its text.</summary>
    public SourceInfo SourceFile { get; } = source;

    /// <summary>The places in it.</summary>
    public IReadOnlyList<BuildProtocol.Llb.Range> Ranges { get; } = ranges;
}

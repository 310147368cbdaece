using Quai.Dockerfiles;
using Quai.Errors;

namespace Quai.Frontend.Compilation;

/// <summary>A Dockerfile whose form is right asks for what is not possible.</summary>
/// <param name="message">One sentence.</param>
/// <param name="lines">Where.</param>
/// <param name="kind">What kind of error it is.</param>
/// <param name="innerException">What caused it, if anything.</param>
internal sealed class CompileException(string message, LineRange lines, ErrorKind kind = ErrorKind.InvalidParameter, Exception? innerException = null)
    : QuaiException(kind, message, innerException)
{
    /// <summary>Where.</summary>
    public LineRange Lines { get; } = lines;
}

using Quai.Errors;

namespace Quai.Dockerfiles;

/// <summary>A Dockerfile that cannot be read, or that asks for what is not possible. The message is BuildKit's where it has one.</summary>
/// <param name="message">One sentence, without the place.</param>
/// <param name="lines">Where it is.</param>
/// <param name="innerException">What caused it, if anything.</param>
/// <param name="tellsLine">Whether the message names the line, if there is one.</param>
public sealed class DockerfileException(string message, LineRange lines, Exception? innerException = null, bool tellsLine = true)
    : QuaiException(ErrorKind.InvalidParameter, tellsLine && lines.First > 0 ? $"dockerfile parse error on line {lines.First}: {message}" : message, innerException)
{
    /// <summary>The sentence without the place.</summary>
    public string Problem { get; } = message;

    /// <summary>The lines it is about; none where it is about the whole file.</summary>
    public LineRange Lines { get; } = lines;
}

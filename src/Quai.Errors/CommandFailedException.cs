namespace Quai.Errors;

/// <summary>A command that a request had run has failed; clients end with its exit code.</summary>
/// <param name="message">One sentence.</param>
/// <param name="exitCode">The exit code.</param>
/// <param name="innerException">What the engine said of it.</param>
public sealed class CommandFailedException(string message, int exitCode, Exception innerException) : QuaiException(ErrorKind.System, message, innerException)
{
    /// <summary>The exit code.</summary>
    public int ExitCode => exitCode;
}

using Quai.Errors;

namespace Quai.Build.Steps.Programs;

/// <summary>A step's program ended with an error.</summary>
/// <param name="arguments">The program with its arguments.</param>
/// <param name="exitCode">Its exit code, or 128 + signal.</param>
public sealed class StepFailedException(IReadOnlyList<string> arguments, int exitCode)
    : QuaiException(ErrorKind.System, $"process \"{string.Join(' ', arguments)}\" did not complete successfully: exit code: {exitCode}")
{
    /// <summary>The program with its arguments.</summary>
    public IReadOnlyList<string> Arguments { get; } = arguments;

    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What is left of the step; null for nothing.</summary>
    public FailedStep? Left { get; init; }
}

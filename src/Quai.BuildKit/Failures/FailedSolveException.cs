using Quai.Build.Steps.Programs;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.BuildKit.Failures;

/// <summary>A graph could not be solved, because a step's program failed whose files are kept as long as the build goes on.</summary>
/// <param name="op">The step.</param>
/// <param name="inputs">The ids under which the files are known that it took.</param>
/// <param name="mounts">For each of the step's mounts the id under which its files are known; empty for none.</param>
/// <param name="cause">What failed.</param>
internal sealed class FailedSolveException(Op op, IReadOnlyList<string> inputs, IReadOnlyList<string> mounts, Exception cause)
    : QuaiException(cause is QuaiException { Kind: var kind } ? kind : ErrorKind.System, cause.Message, cause)
{
    /// <summary>The step.</summary>
    public Op Op => op;

    /// <summary>The ids under which the files are known that it took.</summary>
    public IReadOnlyList<string> Inputs => inputs;

    /// <summary>For each of the step's mounts the id under which its files are known; empty for none.</summary>
    public IReadOnlyList<string> Mounts => mounts;

    /// <summary>What is left of the step that an error tells of; null where it tells of none.</summary>
    public static FailedStep? LeftOf(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is StepFailedException { Left: { } left })
            {
                return left;
            }
        }

        return null;
    }
}

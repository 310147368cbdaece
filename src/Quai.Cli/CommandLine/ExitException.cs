namespace Quai.Cli.CommandLine;

/// <summary>Ends the command with an exit code, and a message on standard error if there is one.</summary>
/// <param name="code">The exit code.</param>
/// <param name="message">What to print; nothing if empty.</param>
internal sealed class ExitException(int code, string message = "") : Exception(message)
{
    /// <summary>The exit code.</summary>
    public int Code { get; } = code;
}

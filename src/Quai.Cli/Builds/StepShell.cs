using Quai.BuildClient.Builds;
using Quai.Cli.Builds.Progress;
using Quai.Cli.Streams;
using Quai.Linux.Terminals;

namespace Quai.Cli.Builds;

/// <summary>A shell in the files of a step that failed, on this program's own streams.</summary>
/// <param name="session">The streams.</param>
/// <param name="display">Shows the build; it is brought to its end first, so that it does not draw over the shell.</param>
internal sealed class StepShell(Session session, IBuildDisplay display)
{
    private const string UsualShell = "/bin/sh";

    /// <summary>Runs it until it ends.</summary>
    public async Task RunAsync(FailedStep step, CancellationToken cancellation)
    {
        display.Finish(succeeded: false);
        IReadOnlyList<string> shell = ShellOf(step.Arguments);
        session.Error.WriteLine($"{string.Join(' ', shell)} in the files that the step has left; what is changed here is lost. It ends with exit.");
        bool isTerminal = Input.IsTerminal && session.Out.IsTerminal;
        byte[]? mode = isTerminal ? Terminal.MakeRaw(0) : null;
        SignalForwarding? sizes = null;
        try
        {
            var streams = new ProgramStreams(new Input(), session.Out, session.Error)
            {
                HasTerminal = isTerminal,
                Started = resize => sizes = isTerminal ? SignalForwarding.OfTerminalSize(resize) : null,
            };
            await step.RunAsync(shell, streams, cancellation);
        }
        finally
        {
            sizes?.Dispose();
            if (mode is not null)
            {
                Terminal.Restore(0, mode);
            }
        }
    }

    // The step's own, where it has one: SHELL may have set another.
    private static IReadOnlyList<string> ShellOf(IReadOnlyList<string> arguments) => arguments.Count >= 3 && arguments[^2] == "-c" ? [.. arguments.Take(arguments.Count - 2)] : [UsualShell];
}

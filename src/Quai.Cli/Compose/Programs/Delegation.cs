using Quai.Cli.CommandLine;

namespace Quai.Cli.Compose.Programs;

/// <summary>Has the commands for single containers do what is asked of a service's container.</summary>
internal static class Delegation
{
    /// <summary>Runs a command with words as a user would give them; with <c>--dry-run</c>, prints them.</summary>
    public static int Run(ComposeScope scope, Command command, List<string> words)
    {
        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows($"quai {command.Words} {string.Join(' ', words)}");
            return 0;
        }

        scope.Progress.Settle();
        return CommandTree.Execute(scope.Session, command, [command.Words], words);
    }
}

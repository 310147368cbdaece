using System.Text.RegularExpressions;
using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Frontend.Practices.Scripts;

namespace Quai.Frontend.Practices;

/// <summary>Practices of scripts.</summary>
internal static partial class ShellPractices
{
    private static readonly string[] s_fetchers = ["curl", "wget"], s_shells = ["sh", "bash", "ash", "dash", "zsh", "python", "python3", "perl", "node"], s_states = ["cd", "export", "alias", "source", ".", "umask", "ulimit", "set", "unset", "pushd"];

    /// <summary>Looks at a RUN.</summary>
    /// <param name="run">Gathers what is found.</param>
    /// <param name="script">What it runs.</param>
    /// <param name="before">The instructions before it.</param>
    /// <param name="image">The image that its stage begins with.</param>
    public static void Look(PracticeRun run, RunScript script, IReadOnlyList<Instruction> before, string image)
    {
        LineRange lines = script.Run.Lines;
        IReadOnlyList<ShellCommand> commands = script.Commands;
        if (commands.Count == 0)
        {
            return;
        }

        if (script.Run.Program.IsShell)
        {
            State(run, commands, lines, script.Run.Node.HereDocuments.Count > 0);
        }

        if (commands.FirstOrDefault(c => c.IsSudo) is not null && IsRoot(before))
        {
            string text = run.Text(lines);
            run.Find(PracticeRules.NoSudo, lines, "sudo makes root of root", Sudo().Replace(text, ""), isExact: !text.Contains("sudo -", StringComparison.Ordinal));
        }

        for (int i = 0; i < commands.Count; i++)
        {
            if (commands[i].Next != "|" || !s_fetchers.Contains(commands[i].Program) || i + 1 == commands.Count)
            {
                continue;
            }

            // All programs of the pipe: what checks or unpacks may be between.
            List<ShellCommand> pipe = [.. commands.Skip(i + 1).Take(1 + commands.Skip(i + 1).TakeWhile(c => c.Next == "|").Count())];
            if (pipe.Find(c => IsInterpreter(c)) is { } interpreter)
            {
                string address = commands[i].Arguments.FirstOrDefault(a => a.Contains("://", StringComparison.Ordinal)) ?? "URL";
                run.Find(
                    PracticeRules.PipeToShell, lines, $"{interpreter.Program} runs whatever {commands[i].Program} gets",
                    $"ADD --checksum=sha256:DIGEST {address} /tmp/script\nRUN {interpreter.Program} /tmp/script && rm /tmp/script", isExact: false);
            }
            else if (!script.HasPipeFail)
            {
                run.Find(
                    PracticeRules.PipeFail, lines, $"the RUN succeeds even if {commands[i].Program} fails", $"SHELL [\"/bin/{(image.Contains("alpine", StringComparison.Ordinal) ? "ash" : "bash")}\", \"-o\", \"pipefail\", \"-c\"]\n{run.Text(lines)}", isExact: false);
            }
        }
    }

    private static void State(PracticeRun run, IReadOnlyList<ShellCommand> commands, LineRange lines, bool isDocument)
    {
        if (commands.All(c => s_states.Contains(c.Program) || (c.Program.Length == 0 && c.Words.Count > 0)))
        {
            ShellCommand first = commands.FirstOrDefault(c => c.Program is "cd" or "export") ?? commands[0];
            string better = first.Program == "cd" && first.Operands is [var directory] ? "WORKDIR " + directory
                : first.Program == "export" && first.Operands is [var variable, ..] && ShellCommand.IsAssignment(variable) ? "ENV " + variable
                : "RUN " + string.Join(" && ", commands.Select(c => string.Join(' ', c.Words))) + " && COMMAND";
            run.Find(PracticeRules.LostState, lines, $"{(first.Program.Length > 0 ? first.Program : first.Words[0])} is of no effect behind this RUN", better, isExact: false);
        }
        else if (!isDocument && commands[0] is { Program: "cd", Next: "&&", Depth: 0, Operands: [var to] } && to.StartsWith('/') && !commands.Skip(1).Any(c => c.Program is "cd" or "rm"))
        {
            string text = run.Text(lines);
            int end = text.IndexOf("&&", StringComparison.Ordinal);
            run.Find(PracticeRules.Workdir, lines, $"cd {to} holds in this RUN only", end < 0 ? $"WORKDIR {to}" : $"WORKDIR {to}\nRUN {text[(end + 2)..].TrimStart(' ', '\\', '\n', '\t')}", isExact: false);
        }
    }

    private static bool IsInterpreter(ShellCommand command) =>
        s_shells.Contains(command.Program) && (command.Operands.Count == 0 || command.Has("-s") || command.Has("-")) && !command.HasLetter('c');

    [GeneratedRegex(@"(?<![\w/-])sudo[ \t]+")]
    private static partial Regex Sudo();

    private static bool IsRoot(IReadOnlyList<Instruction> before) => before.OfType<UserInstruction>().LastOrDefault() is not { } user || user.User.Split(':')[0] is "root" or "0";
}

using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;

namespace Quai.Frontend.Checks;

/// <summary>The checks that need the text alone.</summary>
/// <param name="report">Takes what is found.</param>
internal sealed class FileChecks(CheckReport report)
{
    private static readonly string[] s_secretWords = ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];

    /// <summary>Checks a file.</summary>
    public void Check(SyntaxTree tree, StageList file)
    {
        foreach (LineRange lines in tree.EmptyContinuations)
        {
            report.Add(CheckRule.NoEmptyContinuation, "Empty continuation line", lines);
        }

        CheckCasing(tree);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (Stage stage in file.Stages)
        {
            CheckFrom(stage.From, names);
            CheckRepeats(stage);
            foreach (Instruction instruction in stage.Instructions)
            {
                Check(instruction);
            }
        }
    }

    private void CheckCasing(SyntaxTree tree)
    {
        int upper = tree.Nodes.Count(n => IsUpper(n.Command)), lower = tree.Nodes.Count(n => IsLower(n.Command));
        string majority = upper >= lower ? "uppercase" : "lowercase";
        foreach (Node node in tree.Nodes.Where(n => !(upper >= lower ? IsUpper(n.Command) : IsLower(n.Command))))
        {
            report.Add(CheckRule.ConsistentInstructionCasing, $"Command '{node.Command}' should match the case of the command majority ({majority})", node.Lines);
        }
    }

    private void CheckFrom(FromInstruction from, HashSet<string> names)
    {
        if (from.Platform is "$TARGETPLATFORM" or "${TARGETPLATFORM}")
        {
            report.Add(CheckRule.RedundantTargetPlatform, $"Setting platform to predefined {from.Platform} in FROM is redundant as this is the default behavior", from.Lines);
        }
        else if (from.Platform.Length > 0 && !from.Platform.Contains('$') && !NamesPlatform(from))
        {
            report.Add(CheckRule.FromPlatformFlagConstDisallowed, $"FROM --platform flag should not use constant value \"{from.Platform}\"", from.Lines);
        }

        if (from.Alias.Length == 0)
        {
            return;
        }

        string word = from.Node.Arguments[1], alias = from.Node.Arguments[2], command = from.Node.Command;
        if (IsUpper(command) ? !IsUpper(word) : IsLower(command) && !IsLower(word))
        {
            report.Add(CheckRule.FromAsCasing, $"'{word}' and '{command}' keywords' casing do not match", from.Lines);
        }

        if (alias != from.Alias)
        {
            report.Add(CheckRule.StageNameCasing, $"Stage name '{alias}' should be lowercase", from.Lines);
        }

        if (from.Alias is "scratch" or "context")
        {
            report.Add(CheckRule.ReservedStageName, $"'{from.Alias}' is reserved and should not be used as a stage name", from.Lines);
        }

        if (!names.Add(from.Alias))
        {
            report.Add(CheckRule.DuplicateStageName, $"Duplicate stage name '{from.Alias}', stage names should be unique", from.Lines);
        }
    }

    /// <summary>Whether a stage's name says which platform it is for.</summary>
    private static bool NamesPlatform(FromInstruction from) =>
        from.Alias.Length > 0 && from.Platform.ToLowerInvariant().Split('/').Any(part => part.Length > 0 && from.Alias.Contains(part, StringComparison.Ordinal));

    private static bool IsUpper(string word) => !word.Any(char.IsLower);

    private static bool IsLower(string word) => !word.Any(char.IsUpper);

    /// <summary>The last of several counts: the others are told of.</summary>
    private void CheckRepeats(Stage stage)
    {
        foreach (IGrouping<string, Instruction> same in stage.Instructions.Where(i => i is CmdInstruction or EntrypointInstruction or HealthcheckInstruction).GroupBy(i => i.Name))
        {
            foreach (Instruction instruction in same.SkipLast(1))
            {
                report.Add(CheckRule.MultipleInstructionsDisallowed,
                    $"Multiple {same.Key} instructions should not be used in the same stage because only the last one will be used", instruction.Lines);
            }
        }
    }

    private void Check(Instruction instruction)
    {
        switch (instruction)
        {
            case MaintainerInstruction:
                report.Add(CheckRule.MaintainerDeprecated, "Maintainer instruction is deprecated in favor of using label", instruction.Lines);
                break;
            case EnvInstruction or LabelInstruction when instruction.Node.Pairs.Any(p => !p.HasEquals):
                report.Add(CheckRule.LegacyKeyValueFormat,
                    $"\"{instruction.Name} key=value\" should be used instead of legacy \"{instruction.Name} key value\" format", instruction.Lines);
                break;
            case ExposeInstruction expose:
                foreach (string port in expose.Ports)
                {
                    CheckPort(port, expose.Lines);
                }

                break;
            default:
                break;
        }

        IEnumerable<string> variables = instruction is EnvInstruction env ? env.Variables.Select(v => v.Key) : instruction is ArgInstruction arg ? arg.Variables.Select(v => v.Name) : [];
        foreach (string name in variables.Where(IsSecret))
        {
            report.Add(CheckRule.SecretsUsedInArgOrEnv, $"Do not use ARG or ENV instructions for sensitive data ({instruction.Name} \"{name}\")", instruction.Lines);
        }
    }

    private void CheckPort(string port, LineRange lines)
    {
        int slash = port.IndexOf('/');
        if (slash >= 0 && !port.Contains('$') && !IsLower(port[slash..]))
        {
            report.Add(CheckRule.ExposeProtoCasing, $"Defined protocol '{port}' in EXPOSE instruction should be lowercase", lines);
        }

        if (port.Contains(':') && !port.Contains('$'))
        {
            report.Add(CheckRule.ExposeInvalidFormat, $"EXPOSE instruction should not define an IP address or host-port mapping, found '{port}'", lines);
        }
    }

    /// <summary>Whether a variable's name has a word for a secret in it; one that says that it is public has not.</summary>
    private static bool IsSecret(string name)
    {
        string[] words = name.ToLowerInvariant().Split('_');
        return words.Any(s_secretWords.Contains) && !words.Contains("public");
    }
}

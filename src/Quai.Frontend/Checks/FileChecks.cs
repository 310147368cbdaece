using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;

namespace Quai.Frontend.Checks;

/// <summary>Checks of a file as it is written.</summary>
internal static class FileChecks
{
    private static readonly string[] s_reserved = ["context", "scratch"];

    /// <summary>Does them.</summary>
    public static void Run(CheckRun checks, SyntaxTree tree, StageList stages)
    {
        foreach (LineRange lines in tree.EmptyContinuations)
        {
            checks.Find(CheckRules.NoEmptyContinuation, new LineRange(lines.Last, lines.Last), "Empty continuation line");
        }

        HashSet<string> names = [];
        foreach (Stage stage in stages.Stages)
        {
            Names(checks, stage, names);
            foreach (MaintainerInstruction maintainer in stage.Instructions.OfType<MaintainerInstruction>())
            {
                checks.Find(CheckRules.MaintainerDeprecated, maintainer.Lines, "Maintainer instruction is deprecated in favor of using label");
            }
        }

        Casing(checks, [.. stages.Stages.SelectMany(s => (IEnumerable<Instruction>)[s.From, .. s.Instructions])]);
        Descriptions(checks, stages);
    }

    private static void Names(CheckRun checks, Stage stage, HashSet<string> names)
    {
        if (stage.Name.Length == 0)
        {
            return;
        }

        Node node = stage.From.Node;
        string written = node.Arguments[2], word = node.Arguments[1], from = node.Command;
        if (written.Any(char.IsUpper))
        {
            checks.Find(CheckRules.StageNameCasing, node.Lines, $"Stage name '{written}' should be lowercase");
        }

        if ((!from.Any(char.IsUpper) && word.Any(char.IsUpper)) || (!from.Any(char.IsLower) && word.Any(char.IsLower)))
        {
            checks.Find(CheckRules.FromAsCasing, node.Lines, $"'{word}' and '{from}' keywords' casing do not match");
        }

        if (s_reserved.Contains(stage.Name))
        {
            checks.Find(CheckRules.ReservedStageName, node.Lines, $"Stage name should not use the same name as reserved stage \"{stage.Name}\"");
        }

        if (!names.Add(stage.Name))
        {
            checks.Find(CheckRules.DuplicateStageName, node.Lines, $"Duplicate stage name \"{stage.Name}\", stage names should be unique");
        }
    }

    private static void Casing(CheckRun checks, List<Instruction> all)
    {
        int lower = all.Count(i => !i.Node.Command.Any(char.IsUpper)), upper = all.Count(i => !i.Node.Command.Any(char.IsLower));
        foreach (Instruction instruction in all)
        {
            string command = instruction.Node.Command;
            if (lower > upper ? command.Any(char.IsUpper) : command.Any(char.IsLower))
            {
                checks.Find(CheckRules.ConsistentInstructionCasing, instruction.Lines, $"Command '{command}' should match the case of the command majority ({(lower > upper ? "lowercase" : "uppercase")})");
            }
        }
    }

    private static void Descriptions(CheckRun checks, StageList stages)
    {
        foreach (Stage stage in stages.Stages.Where(s => s.Name.Length > 0))
        {
            Described(checks, stage.From, [stage.Name]);
        }

        foreach (ArgInstruction arg in stages.Globals.Concat(stages.Stages.SelectMany(s => s.Instructions.OfType<ArgInstruction>())))
        {
            Described(checks, arg, [.. arg.Pairs.Select(p => p.Key)]);
        }
    }

    private static void Described(CheckRun checks, Instruction instruction, string[] names)
    {
        IReadOnlyList<string> comments = instruction.Node.Comments;
        if (comments.Count > 0 && !Array.Exists(names, n => comments[^1].StartsWith(n + " ", StringComparison.Ordinal)))
        {
            checks.Find(CheckRules.InvalidDefinitionDescription, instruction.Lines, $"Comment for {instruction.Name} should follow the format: `# {names[0]} <description>`");
        }
    }
}

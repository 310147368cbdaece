using System.Globalization;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;

namespace Quai.Dockerfiles.Stages;

/// <summary>A Dockerfile whose instructions are understood.</summary>
/// <param name="GlobalArguments">The variables before the first stage.</param>
/// <param name="Stages">The stages in their order.</param>
public sealed record StageList(IReadOnlyList<ArgInstruction> GlobalArguments, IReadOnlyList<Stage> Stages)
{
    /// <summary>Reads the instructions of a Dockerfile.</summary>
    /// <exception cref="DockerfileException">One is wrong, or stands before any stage.</exception>
    public static StageList Read(SyntaxTree tree)
    {
        List<ArgInstruction> global = [];
        List<Stage> stages = [];
        List<Instruction> current = [];
        foreach (Node node in tree.Nodes)
        {
            switch (InstructionReader.Read(node))
            {
                case FromInstruction from:
                    stages.Add(new Stage(stages.Count, from, current = []));
                    break;
                case ArgInstruction argument when stages.Count == 0:
                    global.Add(argument);
                    break;
                case var _ when stages.Count == 0:
                    throw new DockerfileException("no build stage in current context", node.Lines);
                case var instruction:
                    current.Add(instruction);
                    break;
            }
        }

        return new StageList(global, stages);
    }

    /// <summary>Finds the stage that is to be built.</summary>
    /// <param name="target">Its name, in any case, or its number; empty for the last.</param>
    /// <exception cref="QuaiException">There is none.</exception>
    public Stage Find(string target)
    {
        if (Stages.Count == 0)
        {
            throw QuaiException.Invalid("dockerfile contains no stages to build");
        }

        if (target.Length == 0)
        {
            return Stages[^1];
        }

        if (Stages.LastOrDefault(s => s.Name.Length > 0 && s.Name.Equals(target, StringComparison.OrdinalIgnoreCase)) is { } named)
        {
            return named;
        }

        return int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < Stages.Count ? Stages[index]
            : throw QuaiException.Invalid(NearestWord.Suggest($"target stage \"{target}\" could not be found", target, Stages.Select(s => s.Name).Where(n => n.Length > 0)));
    }
}

using System.Globalization;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;

namespace Quai.Dockerfiles.Stages;

/// <summary>The stages of a Dockerfile.</summary>
/// <param name="Globals">The ARG instructions before the first stage.</param>
/// <param name="Stages">The stages in their order; at least one.</param>
public sealed record StageList(IReadOnlyList<ArgInstruction> Globals, IReadOnlyList<Stage> Stages)
{
    /// <summary>Reads the instructions of a file.</summary>
    /// <exception cref="DockerfileException">One is wrong, or is where it may not be; or there is no stage.</exception>
    public static StageList Read(SyntaxTree tree)
    {
        List<ArgInstruction> globals = [];
        List<Stage> stages = [];
        List<Instruction>? current = null;
        foreach (Node node in tree.Nodes)
        {
            switch (InstructionReader.Read(node))
            {
                case FromInstruction from:
                    stages.Add(new Stage(stages.Count, from, current = []));
                    break;
                case ArgInstruction arg when current is null:
                    globals.Add(arg);
                    break;
                case var instruction:
                    (current ?? throw new DockerfileException("no build stage in current context", node.Lines, tellsLine: false)).Add(instruction);
                    break;
            }
        }

        return stages.Count > 0 ? new StageList(globals, stages) : throw new DockerfileException("dockerfile contains no stages to build", default);
    }

    /// <summary>The stage with a name, in whatever case, or a number; of several with one name, the last. Null for none.</summary>
    public Stage? Find(string name) =>
        FindNamed(name)
        ?? (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < Stages.Count ? Stages[index] : null);

    /// <summary>The stage that is built.</summary>
    /// <param name="target">Its name; empty for the last stage.</param>
    /// <exception cref="QuaiException">There is no such stage.</exception>
    public Stage Target(string target) =>
        target.Length == 0 ? Stages[^1]
        : FindNamed(target) ?? throw QuaiException.Invalid(Suggestion.Append($"target stage \"{target}\" could not be found", target, Stages.Select(s => s.Name).Where(n => n.Length > 0)));

    private Stage? FindNamed(string name) => Stages.LastOrDefault(s => s.Name.Length > 0 && s.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

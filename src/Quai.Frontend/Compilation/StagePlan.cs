using System.Globalization;
using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Oci.Images;

namespace Quai.Frontend.Compilation;

/// <summary>The stages of a Dockerfile and what each needs.</summary>
/// <param name="scope">The build, whose global variables have their values.</param>
/// <param name="file">The Dockerfile.</param>
internal sealed class StagePlan(BuildScope scope, StageList file)
{
    /// <summary>The empty image.</summary>
    public const string Scratch = "scratch";

    private readonly List<StageState> _stages = [];
    private readonly Dictionary<string, StageState> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StageState> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All stages, in their order.</summary>
    public IReadOnlyList<StageState> Stages => _stages;

    /// <summary>Finds out what each needs.</summary>
    /// <exception cref="CompileException">One needs itself, or what is not there.</exception>
    public void Make()
    {
        foreach (Stage stage in file.Stages)
        {
            Add(stage);
        }

        foreach (StageState state in _stages)
        {
            List<string> triggers = Triggers(state.Base);
            state.Instructions.InsertRange(0, Parse(triggers, state.Lines));
            Connect(state, state.Instructions);
        }

        CheckCircles();
    }

    /// <summary>Puts what the image that a stage begins with asks for before its own instructions.</summary>
    public void AddTriggers(StageState state, IReadOnlyList<string> triggers)
    {
        List<Instruction> added = Parse(triggers, state.Lines);
        state.Instructions.InsertRange(0, added);
        Connect(state, added);
    }

    /// <summary>All that a stage needs, itself with it; stages before those that need them, images anywhere.</summary>
    public static IReadOnlyList<StageState> Reachable(StageState target)
    {
        HashSet<StageState> found = [target];
        var open = new Stack<StageState>([target]);
        while (open.TryPop(out StageState? state))
        {
            foreach (StageState need in state.Needs.Where(found.Add))
            {
                open.Push(need);
            }
        }

        return [.. found.OrderBy(s => s.Index)];
    }

    private void Add(Stage stage)
    {
        LineRange lines = stage.From.Lines;
        string baseName = scope.ExpandFrom(stage.From.Base, Declared, lines);
        CheckUsual(stage.From.Base, lines);
        if (baseName.Length == 0)
        {
            throw new CompileException($"base name ({stage.From.Base}) should not be blank", lines);
        }

        var state = new StageState(baseName, lines, PlatformOf(stage))
        {
            Index = stage.Index,
            Name = stage.Name,
            Title = stage.Name.Length > 0 ? stage.Name : file.Stages.Count > 1 ? $"stage-{stage.Index}" : "",
            Command = stage.From.Text,
            Base = _byName.GetValueOrDefault(baseName),
            Instructions = [.. stage.Instructions],
            IgnoresCache = scope.Request.WithoutCache is { } without && (without.Count == 0 || without.Contains(stage.Name, StringComparer.OrdinalIgnoreCase)),
        };
        if (state.Base is { } below && stage.From.Platform.Length == 0)
        {
            state.Platform = below.Platform;
        }

        _stages.Add(state);
        if (stage.Name.Length > 0)
        {
            _byName[stage.Name] = state;
        }
    }

    private string[] Declared => [.. file.GlobalArguments.SelectMany(a => a.Variables).Select(v => v.Name)];

    /// <summary>Tells of an image that has no name unless whoever asks for the build gives one.</summary>
    private void CheckUsual(string written, LineRange lines)
    {
        string usual = scope.Expand(written, scope.UsualArguments, lines);
        if (usual != Scratch && !ImageReference.TryParse(usual, out _) && written.Contains('$'))
        {
            scope.Checks.Add(CheckRule.InvalidDefaultArgInFrom, $"Default value for ARG {written} results in empty or invalid base image name", lines);
        }
    }

    private Platform PlatformOf(Stage stage)
    {
        string written = stage.From.Platform;
        if (written.Length == 0)
        {
            return scope.Platform;
        }

        string text = scope.ExpandFrom(written, Declared, stage.From.Lines);
        if (text.Length == 0)
        {
            throw new CompileException($"empty platform value from expression {written}", stage.From.Lines);
        }

        try
        {
            return Platform.Parse(text);
        }
        catch (QuaiException e)
        {
            throw new CompileException($"failed to parse platform {text}: {e.Message}", stage.From.Lines, e.Kind, e);
        }
    }

    private static List<string> Triggers(StageState? below) => below is null ? [] : [.. below.Instructions.OfType<OnBuildInstruction>().Select(o => o.Expression)];

    private List<Instruction> Parse(IReadOnlyList<string> triggers, LineRange lines)
    {
        List<Instruction> instructions = [];
        foreach (string trigger in triggers)
        {
            string text = scope.Escape == '\\' ? trigger : $"# escape={scope.Escape}\n{trigger}";
            foreach (Node node in DockerfileReader.Read(System.Text.Encoding.UTF8.GetBytes(text)).Nodes)
            {
                // It is shown where the image is named that asks for it.
                Instruction instruction = InstructionReader.Read(node with { Lines = lines });
                instructions.Add(instruction is not (OnBuildInstruction or FromInstruction or MaintainerInstruction) ? instruction
                    : throw new CompileException($"{instruction.Name} isn't allowed as an ONBUILD trigger", lines));
            }
        }

        return instructions;
    }

    private void Connect(StageState state, IReadOnlyList<Instruction> instructions)
    {
        foreach (Instruction instruction in instructions)
        {
            switch (instruction)
            {
                case CopyInstruction { From.Length: > 0 } copy:
                    bool isNumber = int.TryParse(copy.From, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index);
                    state.Origins[copy] = [isNumber ? ByIndex(index, state, copy) : ByName(copy.From, copy)];
                    break;
                case RunInstruction { Mounts.Count: > 0 } run:
                    state.Origins[run] = [.. run.MountOrigins.Select(o => o.Length == 0 ? null : ByName(o, run))];
                    break;
                default:
                    break;
            }
        }
    }

    private StageState ByIndex(int index, StageState state, CopyInstruction copy) =>
        index >= 0 && index < _stages.Count && (index != state.Index || state.Index < 0) ? _stages[index]
        : index == state.Index ? throw Circular(state, copy.Lines)
        : throw new CompileException($"invalid stage index {index}", copy.Lines);

    private StageState ByName(string name, Instruction instruction) =>
        _byName.TryGetValue(name, out StageState? stage) || _images.TryGetValue(name, out stage) ? stage
        : _images[name] = new StageState(name, instruction.Lines, scope.Platform);

    private static CompileException Circular(StageState state, LineRange lines) => new($"circular dependency detected on stage: {(state.Name.Length > 0 ? state.Name : state.Title)}", lines);

    /// <summary>Looks for a stage that needs itself, by taking away those that need nothing that is left.</summary>
    private void CheckCircles()
    {
        HashSet<StageState> left = [.. _stages];
        while (left.RemoveWhere(s => !s.Needs.Any(left.Contains)) > 0)
        {
        }

        // Of what is left, some only need the circle: whoever is followed comes to it.
        if (left.Count > 0)
        {
            HashSet<StageState> seen = [];
            StageState at = left.MinBy(s => s.Index)!;
            while (seen.Add(at))
            {
                at = at.Needs.First(left.Contains);
            }

            throw Circular(at, at.Lines);
        }
    }
}

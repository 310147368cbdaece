using System.Globalization;
using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Mounts;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;
using Quai.Dockerfiles.Words;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Oci.Images;

namespace Quai.Frontend.Stages;

/// <summary>Makes the states of all stages and finds out which needs which.</summary>
/// <param name="compilation">What they share.</param>
/// <param name="hasContext">Whether a name stands for something that the request gives.</param>
internal sealed class StagePlanner(Compilation compilation, Func<string, Platform?, bool> hasContext)
{
    private readonly Dictionary<string, StageState> _byName = new(StringComparer.OrdinalIgnoreCase), _images = new(StringComparer.Ordinal);

    /// <summary>The stages in their order, and behind them the images that files are copied from.</summary>
    public List<StageState> States { get; } = [];

    /// <summary>Makes them.</summary>
    /// <exception cref="QuaiException">A stage needs one that there is not, or itself.</exception>
    public void Plan(StageList stages)
    {
        foreach (Stage stage in stages.Stages)
        {
            try
            {
                Add(stage);
            }
            catch (QuaiException e)
            {
                throw compilation.At(stage.From.Lines, e);
            }
        }

        int count = States.Count;
        for (int index = 0; index < count; index++)
        {
            StageState state = States[index];
            foreach (Instruction instruction in state.Stage!.Instructions)
            {
                state.Commands.Add(Command(instruction, isTrigger: false));
            }
        }

        if (Reach.Circle(States) is { } circle)
        {
            throw compilation.At(circle.Lines, QuaiException.Invalid($"circular dependency detected on stage: {circle.DisplayName}"));
        }

        if (States.Count == 1)
        {
            States[0].DisplayName = "";
        }
    }

    /// <summary>Puts the triggers of what a stage begins with before its instructions.</summary>
    /// <returns>Whether it needs more than before.</returns>
    public bool AddTriggers(StageState state)
    {
        if (state.HasTriggers || state.Stage is null)
        {
            return false;
        }

        state.HasTriggers = true;
        List<string> triggers = [.. state.Image.Config?.OnBuild ?? [], .. state.Base?.Commands.Select(c => c.Instruction).OfType<Dockerfiles.Instructions.Settings.OnBuildInstruction>().Select(o => o.Trigger) ?? []];
        if (state.Image.Config is { } config)
        {
            config.OnBuild = null;
        }

        try
        {
            List<StageCommand> commands = [.. triggers.Select(t => Command(Trigger(t, state.Lines), isTrigger: true))];
            state.Commands.InsertRange(0, commands);
            state.CountedCommands += commands.Count;
            return commands.Exists(c => c.Sources.Any(s => s is not null));
        }
        catch (QuaiException e)
        {
            throw compilation.At(state.Lines, e);
        }
    }

    private static Instruction Trigger(string text, LineRange lines)
    {
        SyntaxTree tree = DockerfileReader.Read(System.Text.Encoding.UTF8.GetBytes(text));
        return tree.Nodes.Count == 1 ? InstructionReader.Read(tree.Nodes[0] with { Lines = lines }) : throw QuaiException.Invalid("onbuild trigger should be a single expression");
    }

    private void Add(Stage stage)
    {
        FromInstruction from = stage.From;
        Expansion name = Expand(from.Base);
        BaseChecks.Undeclared(compilation, name.Unset, from.Lines);
        if (name.Text.Length == 0)
        {
            throw QuaiException.Invalid($"base name ({from.Base}) should not be blank");
        }

        Platform? platform = null;
        if (from.Platform.Length > 0)
        {
            Expansion expanded = Expand(from.Platform);
            BaseChecks.Undeclared(compilation, expanded.Unset, from.Lines);
            if (expanded.Text.Length == 0)
            {
                throw QuaiException.Invalid($"empty platform value from expression {from.Platform}");
            }

            try
            {
                platform = Platform.Parse(expanded.Text);
            }
            catch (QuaiException e)
            {
                throw QuaiException.Invalid($"failed to parse platform {from.Platform}: {e.Message}", e);
            }

            BaseChecks.Platform(compilation, from, platform);
        }

        bool replaced = from.StageName.Length > 0 && hasContext(from.StageName, platform);
        StageState? parent = replaced ? null : _byName.GetValueOrDefault(name.Text);
        var state = new StageState(replaced ? from.StageName : name.Text, from.Lines)
        {
            Stage = replaced ? stage with { Instructions = [] } : stage,
            Base = parent,
            DisplayName = from.StageName.Length > 0 ? from.StageName : $"stage-{stage.Index}",
            Platform = platform,
            IsWithoutCache = compilation.Options.IsWithoutCache(from.StageName),
            CountedCommands = replaced ? 0 : (parent is null && name.Text != "scratch" ? 1 : 0)
                + stage.Instructions.Count(i => i is RunInstruction or CopyInstruction or Dockerfiles.Instructions.Settings.WorkdirInstruction),
        };
        States.Add(state);
        if (from.StageName.Length > 0)
        {
            _byName[from.StageName] = state;
        }
    }

    private Expansion Expand(string text)
    {
        try
        {
            return new WordExpander(compilation.Escape, compilation.Globals.Find).Expand(text);
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"failed to process \"{text}\": {e.Message}", e);
        }
    }

    private StageCommand Command(Instruction instruction, bool isTrigger)
    {
        try
        {
            return new StageCommand(instruction, instruction switch
            {
                CopyInstruction { From.Length: > 0 } copy => [Source(copy)],
                RunInstruction run => [.. run.Mounts.Select(m => Mounted(m, run.Lines))],
                _ => [],
            }, isTrigger);
        }
        catch (QuaiException e)
        {
            throw compilation.At(instruction.Lines, e);
        }
    }

    private StageState Source(CopyInstruction copy)
    {
        if (new WordExpander(compilation.Escape, _ => null).Expand(copy.From).Text != copy.From)
        {
            throw QuaiException.Invalid("variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround");
        }

        return !int.TryParse(copy.From, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index) ? Named(copy.From, copy.Lines)
            : index >= 0 && index < States.Count && States[index].Stage is not null ? States[index]
            : throw QuaiException.Invalid($"invalid stage index {index}");
    }

    private StageState? Mounted(string mount, LineRange lines)
    {
        (MountKind? kind, string from) = MountReader.Origin(mount, lines);
        return from.Length == 0 || kind is MountKind.Tmpfs ? null : Named(from, lines);
    }

    private StageState Named(string name, LineRange lines)
    {
        if (_byName.TryGetValue(name, out StageState? known) || _images.TryGetValue(name, out known))
        {
            return known;
        }

        StageState image = _images[name] = new StageState(name, lines);
        States.Add(image);
        return image;
    }
}

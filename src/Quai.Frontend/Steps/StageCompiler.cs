using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Words;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Stages;

namespace Quai.Frontend.Steps;

/// <summary>Compiles a stage: its instructions one after the other.</summary>
/// <param name="compilation">What the stages share.</param>
/// <param name="state">The stage.</param>
internal sealed class StageCompiler(Compilation compilation, StageState state)
{
    /// <summary>What the stages share.</summary>
    public Compilation Compilation { get; } = compilation;

    /// <summary>The stage.</summary>
    public StageState State { get; } = state;

    /// <summary>The platform that it is for.</summary>
    public Oci.Images.Platform Platform => State.Platform ?? Compilation.TargetPlatform;

    /// <summary>Compiles it.</summary>
    /// <exception cref="QuaiException">An instruction asks for what is not possible; with its place.</exception>
    public void Compile()
    {
        Begin();
        State.IsDone = true;
        foreach (StageCommand command in State.Commands)
        {
            try
            {
                Compile(command);
            }
            catch (QuaiException e)
            {
                throw Compilation.At(command.Instruction.Lines, e);
            }
        }
    }

    /// <summary>A word with its variables expanded.</summary>
    /// <param name="word">The word.</param>
    /// <param name="lines">Where it is.</param>
    public string Expand(string word, LineRange lines)
    {
        try
        {
            Expansion expansion = new WordExpander(Compilation.Escape, State.Variables.Find).Expand(word);
            VariableChecks.Undefined(this, expansion.Unset, lines);
            return expansion.Text;
        }
        catch (QuaiException e) when (e is not DockerfileException)
        {
            throw QuaiException.Invalid($"failed to process {GoText.Quote(word)}: {e.Message}", e);
        }
    }

    /// <summary>A word with its variables expanded, which may become several words.</summary>
    /// <param name="word">The word.</param>
    /// <param name="lines">Where it is.</param>
    public IReadOnlyList<string> ExpandWords(string word, LineRange lines)
    {
        (IReadOnlyList<string> words, IReadOnlyList<string> unset) = new WordExpander(Compilation.Escape, State.Variables.Find).ExpandWords(word);
        VariableChecks.Undefined(this, unset, lines);
        return words;
    }

    /// <summary>The text of a here-document with its variables expanded: quotes mean nothing in it.</summary>
    public string ExpandDocument(string text, LineRange lines)
    {
        Expansion expansion = new WordExpander('\\', State.Variables.Find) { IgnoresQuotes = true }.Expand(text);
        VariableChecks.Undefined(this, expansion.Unset, lines);
        return expansion.Text;
    }

    /// <summary>A program, with the shell before it where it is a line for one.</summary>
    public List<string> WithShell(IReadOnlyList<string> words, bool isShell) =>
        isShell ? [.. State.Config.Shell is { Count: > 0 } shell ? shell : ["/bin/sh", "-c"], string.Join(' ', words)] : [.. words];

    private void Begin()
    {
        List<string> environment = State.Config.Env ??= [];
        if (!environment.Exists(e => e.StartsWith("PATH=", StringComparison.Ordinal)) && Platform.Os != "windows")
        {
            environment.Add("PATH=" + BaseResolver.UsualPath);
        }

        foreach (string variable in environment)
        {
            int equals = variable.IndexOf('=');
            State.Variables.Set(equals < 0 ? variable : variable[..equals], equals < 0 ? "" : variable[(equals + 1)..]);
        }

        if (State.Config.WorkingDir is { Length: > 0 } directory)
        {
            State.Directory = WorkdirStep.Resolve("/", directory);
        }

        if (State.Config.User is { Length: > 0 } user)
        {
            State.User = user;
        }
    }

    private void Compile(StageCommand command)
    {
        switch (command.Instruction)
        {
            case RunInstruction run:
                new RunStep(this, run, command).Compile();
                break;
            case CopyInstruction copy:
                new CopyStep(this, copy, command).Compile();
                break;
            case WorkdirInstruction workdir:
                WorkdirStep.Compile(this, workdir, command);
                break;
            case ArgInstruction arg:
                ArgumentStep.Compile(this, arg);
                break;
            case var setting:
                SettingStep.Compile(this, setting);
                break;
        }
    }
}

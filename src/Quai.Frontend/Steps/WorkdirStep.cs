using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Ignoring;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Frontend.Checks;
using Quai.Frontend.Graph;
using Quai.Frontend.Stages;

namespace Quai.Frontend.Steps;

/// <summary>Compiles WORKDIR.</summary>
internal static class WorkdirStep
{
    private const int Mode = 0x1ed; // 0755

    /// <summary>A directory as seen from another.</summary>
    public static string Resolve(string from, string path) => path.StartsWith('/') ? SlashPaths.Clean(path) : SlashPaths.Join("/", from, path);

    /// <summary>Compiles it: a directory is made, unless it is the root.</summary>
    public static void Compile(StageCompiler stage, WorkdirInstruction workdir, StageCommand command)
    {
        StageState state = stage.State;
        string path = stage.Expand(workdir.Path, workdir.Lines);
        if (!state.HasDirectory && !path.StartsWith('/'))
        {
            stage.Compilation.Checks.Find(CheckRules.WorkdirRelativePath, workdir.Lines, $"Relative workdir {GoText.Quote(path)} can have unexpected results if the base image changes");
        }

        state.HasDirectory = true;
        string directory = Resolve(state.Config.WorkingDir ?? "", path);
        state.Directory = directory;

        // As BuildKit has it: an absolute path is told as it is written.
        string written = state.Config.WorkingDir = path.StartsWith('/') ? path : directory;
        if (directory == "/")
        {
            History.AddSetting(stage.Compilation, state, "WORKDIR " + written);
            return;
        }

        int input = state.Files is null ? -1 : 0;
        var make = new FileActionMkDir { Path = directory, Mode = Mode, MakeParents = true, Owner = OwnerReader.Read(state.Config.User ?? "", input), Timestamp = stage.Compilation.Options.Epoch is { } epoch ? epoch.ToUnixTimeMilliseconds() * 1_000_000 : -1 };
        var op = new Op { File = new FileOp { Actions = { new FileAction { Input = input, SecondaryInput = -1, Output = 0, Mkdir = make } } }, Platform = Platforms.Message(stage.Platform) };
        string name = StepNames.Next(stage.Compilation, state, StepNames.Shown(stage.Compilation, workdir.Text, state.Variables.Find, isRun: false), stage.Platform, command);
        state.Files = Vertex.Named(op, state.Files is { } files ? [files] : [], name, workdir.Lines).First;
        History.AddLayer(stage.Compilation, state, "WORKDIR " + written, isMarked: false);
    }
}

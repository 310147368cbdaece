using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Errors;
using Quai.Frontend.Compilation.Settings;
using Quai.Frontend.Compilation.Steps;
using Quai.Frontend.Checks;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graphs;
using Quai.Oci.Images;

namespace Quai.Frontend.Compilation;

/// <summary>Compiles a Dockerfile for one platform.</summary>
/// <param name="scope">The build.</param>
/// <param name="file">The Dockerfile.</param>
/// <param name="bases">Finds what stages begin with.</param>
internal sealed class Compiler(BuildScope scope, StageList file, BaseImages bases)
{
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly Dictionary<StageState, BaseImage> _bases = [];
    private readonly SettingCompiler _settings = new(scope);
    private readonly RunCompiler _runs = new(scope);
    private readonly CopyCompiler _copies = new(scope);

    /// <summary>Compiles it.</summary>
    /// <param name="machine">The platform of this machine.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The stage that was asked for.</returns>
    /// <exception cref="QuaiException">The Dockerfile asks for what is not possible.</exception>
    public async Task<StageState> CompileAsync(Platform machine, CancellationToken cancellation)
    {
        new GlobalArguments(scope).Set(file, machine);
        var plan = new StagePlan(scope, file);
        plan.Make();
        StageState target = plan.Stages[file.Find(scope.Request.Target).Index];
        await Task.WhenAll(plan.Stages.Select(s => bases.FindGivenAsync(s, cancellation)));
        await FindBasesAsync(plan, target, cancellation);
        foreach (StageState state in StagePlan.Reachable(target))
        {
            Compile(state);
        }

        foreach ((StageState state, BaseImage image) in _bases)
        {
            if (image.Local is { } local)
            {
                Sources.Follow(local, Sources.Wanted(state.Paths));
            }
        }

        foreach ((string name, string value) in scope.Request.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            (target.Config.Labels ??= [])[name] = value;
        }

        return target;
    }

    /// <summary>Finds the images of all that is needed, at once; those whose triggers need more images are followed by these.</summary>
    private async Task FindBasesAsync(StagePlan plan, StageState target, CancellationToken cancellation)
    {
        string[] names = [.. plan.Stages.Select(s => s.Name).Where(n => n.Length > 0)];
        while (StagePlan.Reachable(target).Where(s => s.Base is null && !_bases.ContainsKey(s)).ToArray() is { Length: > 0 } missing)
        {
            BaseImage[] found = await Task.WhenAll(missing.Select(s => bases.FindAsync(s, names, cancellation)));
            foreach ((StageState state, BaseImage image) in missing.Zip(found))
            {
                _bases.Add(state, image);
                if (state.Index >= 0 && !state.IsReplaced && image.Config.Config?.OnBuild is { Count: > 0 } triggers)
                {
                    plan.AddTriggers(state, triggers);
                }
            }
        }
    }

    private void Compile(StageState state)
    {
        if (!state.IsReplaced)
        {
            state.Steps = (state.Base is null && state.BaseName != StagePlan.Scratch && state.Index >= 0 ? 1 : 0)
                + state.Instructions.Count(i => i is RunInstruction or CopyInstruction or WorkdirInstruction);
        }

        Begin(state);
        if (!state.IsReplaced)
        {
            foreach (Instruction instruction in state.Instructions)
            {
                Compile(state, instruction);
            }
        }

        state.IsDone = true;
    }

    private void Begin(StageState state)
    {
        if (state.Base is { } below)
        {
            if (!below.IsDone)
            {
                throw new CompileException($"circular dependency detected on stage: {state.Name}", state.Lines);
            }

            (state.Files, state.Directory, state.User, state.Paths) = (below.Files, below.Directory, below.User, below.Paths);
            state.Variables = new OrderedDictionary<string, string>(below.Variables, StringComparer.Ordinal);
            state.Arguments = [.. below.Arguments];
            state.Image = ImageJson.ReadConfig(ImageJson.Write(below.Image));
            state.Config.OnBuild = null;
            state.HasDirectory = below.HasDirectory;
            return;
        }

        BaseImage image = _bases[state];
        state.Files = image.Files(text => scope.Title(state, text));
        state.Image = ImageJson.ReadConfig(ImageJson.Write(image.Config));
        state.Config.OnBuild = null;
        List<string> variables = state.Config.Env ??= [];
        if (!variables.Exists(v => v.StartsWith("PATH=", StringComparison.Ordinal)))
        {
            variables.Add("PATH=" + UsualPath);
        }

        foreach (string variable in variables)
        {
            int equals = variable.IndexOf('=');
            state.Variables[equals < 0 ? variable : variable[..equals]] = equals < 0 ? "" : variable[(equals + 1)..];
        }

        state.Directory = SlashPath.Absolute("/", state.Config.WorkingDir ?? "");
        state.User = state.Config.User ?? "";
    }

    private void Compile(StageState state, Instruction instruction)
    {
        try
        {
            switch (instruction)
            {
                case RunInstruction run:
                    _runs.Compile(state, run);
                    break;
                case CopyInstruction copy:
                    _copies.Compile(state, copy);
                    break;
                case WorkdirInstruction directory:
                    Workdir(state, directory);
                    break;
                default:
                    _settings.TryCompile(state, instruction);
                    break;
            }
        }
        catch (DockerfileException e)
        {
            // What is known only once variables have values is no error of the form.
            throw new CompileException(e.Problem, e.Lines, e.Kind, e);
        }
    }

    private void Workdir(StageState state, WorkdirInstruction instruction)
    {
        string path = scope.Expand(instruction.Path, state, instruction.Lines);
        if (path.Length == 0)
        {
            throw new CompileException("WORKDIR cannot be an empty string", instruction.Lines);
        }

        if (!path.StartsWith('/') && !state.HasDirectory)
        {
            scope.Checks.Add(CheckRule.WorkdirRelativePath, $"Relative workdir '{path}' can have unexpected results if the base image changes", instruction.Lines);
        }

        state.HasDirectory = true;
        string directory = SlashPath.Absolute(state.Directory, path);
        state.Directory = directory;
        state.Config.WorkingDir = directory;
        string title = scope.Title(state, scope.Shown(instruction.Text, state, keepsQuotes: false));
        if (directory != "/")
        {
            var step = new FileStep(state.Files) { Name = title, Command = instruction.Text, Lines = instruction.Lines };
            step.MakeDirectory(new BuildProtocol.Llb.FileActionMkDir { Path = directory, Mode = 0x1ed, MakeParents = true, Timestamp = -1 }, state.User);
            state.Files = new Files(step);
        }

        History.Add(state, scope, "WORKDIR " + directory, hasLayer: directory != "/");
    }
}

using Quai.Build.Frontends;
using Quai.Dockerfiles;
using Quai.Dockerfiles.Ignoring;
using Quai.Dockerfiles.Instructions.Mounts;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graph;
using Quai.Frontend.Requests;
using Quai.Frontend.Stages;
using Quai.Frontend.Steps;
using Quai.Oci.Images;

namespace Quai.Frontend.Compiling;

/// <summary>Compiles a Dockerfile for one platform.</summary>
/// <param name="host">Answers what must be known.</param>
/// <param name="options">What the build is asked for.</param>
/// <param name="file">The Dockerfile.</param>
/// <param name="context">The build's context.</param>
/// <param name="contexts">What the request gives in the place of stages and images.</param>
/// <param name="checks">Gathers what the checks find.</param>
internal sealed class DockerfileCompiler(IFrontendHost host, BuildOptions options, LoadedDockerfile file, MainContext context, NamedContexts contexts, CheckRun checks)
{
    /// <summary>The file's instructions.</summary>
    /// <exception cref="SourceException">It is malformed.</exception>
    public static (SyntaxTree Tree, StageList Stages) Parse(LoadedDockerfile file)
    {
        SyntaxTree tree;
        try
        {
            tree = DockerfileReader.Read(file.Source.Data.Span);
        }
        catch (DockerfileException e)
        {
            throw new SourceException(e.Kind, e.Problem, file.Source, [.. GraphWriter.Ranges(e.Lines)], e);
        }

        try
        {
            return (tree, StageList.Read(tree));
        }
        catch (DockerfileException e)
        {
            // Here alone the message itself has the line, too.
            throw new SourceException(e.Kind, e.Message, file.Source, [.. GraphWriter.Ranges(e.Lines)], e);
        }
    }

    /// <summary>Compiles it.</summary>
    /// <param name="platform">The platform; null for the machine's own.</param>
    /// <param name="allStages">Whether stages that the target does not need are compiled, too, for what the checks find in them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">What was written is wrong.</exception>
    public async Task<CompiledImage> CompileAsync(Platform? platform, bool allStages, CancellationToken cancellation)
    {
        (SyntaxTree tree, StageList stages) = Parse(file);
        Platform own = host.Platforms.Count > 0 ? host.Platforms[0] : Platform.Host;
        var compilation = new Compilation(options, file.Source, checks) { Escape = tree.Directives.Escape, BuildPlatform = own, TargetPlatform = platform ?? own };
        FileChecks.Run(checks, tree, stages);
        BaseChecks.Defaults(compilation, stages, GlobalArguments.Read(compilation, stages, new Dictionary<string, string>()));
        compilation.Globals = GlobalArguments.Read(compilation, stages, options.Arguments);

        var planner = new StagePlanner(compilation, (name, p) => contexts.Find(name, p ?? compilation.TargetPlatform) is not null);
        planner.Plan(stages);
        StageState target = planner.States[stages.Target(options.Target).Index];
        HashSet<StageState> needed = await ResolveAsync(planner, compilation, target, allStages, cancellation).ConfigureAwait(false);
        IReadOnlyList<string> ignored = needed.Any(UsesContext) ? await context.IgnoredAsync(cancellation).ConfigureAwait(false) : [];
        compilation.Ignored = ignored.Count > 0 ? new IgnoreRules(ignored) : null;
        foreach (StageState state in planner.States)
        {
            if (!needed.Contains(state) || state.IsDone)
            {
                continue;
            }

            if (state.Base is { } parent)
            {
                state.Inherit(parent);
            }

            new StageCompiler(compilation, state).Compile();
        }

        checks.Finish();
        if (compilation.UsesContext)
        {
            compilation.Context.StandsFor = context.Files(Wanted(compilation.ContextPaths), ignored);
        }

        foreach (StageState state in planner.States.Where(s => s.Stage is null && s.Files is not null))
        {
            Sources.Follow(state.Files!.Vertex, Wanted(state.WantedPaths));
        }

        return new CompiledImage(GraphWriter.Write(target.Files, file.Source), Finished(target, compilation), target, compilation)
        {
            Scanned = options.TellsPackages ? await ScannedAsync([.. planner.States.Where(s => s.Stage is not null && needed.Contains(s))], target, compilation, ignored, cancellation).ConfigureAwait(false) : [],
        };
    }

    /// <summary>What the file's arguments say is looked through for packages besides the target: stages, and the context.</summary>
    private async Task<List<(string Name, BuildProtocol.Llb.Definition Graph)>> ScannedAsync(
        StageState[] stages, StageState target, Compilation compilation, IReadOnlyList<string> ignored, CancellationToken cancellation)
    {
        List<(string, BuildProtocol.Llb.Definition)> scanned = [];
        foreach (StageState stage in stages.Where(s => s != target && s.Files is not null && ScanArguments.IsStageScanned(s, compilation.Globals)))
        {
            scanned.Add((ScanArguments.NameOf(stage.Stage!), GraphWriter.Write(stage.Files, file.Source)));
        }

        if (stages.Any(s => ScanArguments.IsContextScanned(s, compilation.Globals)))
        {
            IReadOnlyList<string> patterns = ignored.Count > 0 ? ignored : await context.IgnoredAsync(cancellation).ConfigureAwait(false);
            scanned.Add(("context", GraphWriter.Write(context.Files([], patterns))));
        }

        return scanned;
    }

    private static bool UsesContext(StageState state) => state.Commands.Exists(c => c.Instruction switch
    {
        Dockerfiles.Instructions.Steps.CopyInstruction copy => copy.From.Length == 0 && copy.Sources.Count > 0,
        Dockerfiles.Instructions.Steps.RunInstruction run => run.Mounts.Any(m => MountReader.Origin(m, run.Lines) is (MountKind.Bind or null, "")),
        _ => false,
    });

    /// <summary>The paths that are wanted of the context; none for all of it.</summary>
    private static List<string> Wanted(IReadOnlySet<string> paths) => paths.Contains("/") ? [] : [.. paths.Select(p => p[1..]).Order(StringComparer.Ordinal)];

    private async Task<HashSet<StageState>> ResolveAsync(StagePlanner planner, Compilation compilation, StageState target, bool allStages, CancellationToken cancellation)
    {
        var resolver = new BaseResolver(compilation, host, contexts);
        while (true)
        {
            HashSet<StageState> needed = allStages ? [.. planner.States] : Reach.From(target);
            await resolver.ResolveAsync(planner.States, needed, cancellation).ConfigureAwait(false);

            // The triggers of an image may need what nobody needed before.
            bool more = false;
            foreach (StageState state in planner.States.ToArray().Where(s => needed.Contains(s)))
            {
                more |= planner.AddTriggers(state);
            }

            if (!more)
            {
                return needed;
            }
        }
    }

    private ImageConfig Finished(StageState target, Compilation compilation)
    {
        ImageConfig image = target.Image;
        foreach ((string name, string value) in options.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            (target.Config.Labels ??= [])[name] = value;
        }

        if (options.Platforms.Count > 0 || image.Os.Length == 0)
        {
            Platform platform = compilation.TargetPlatform;
            bool same = image.Os == platform.Os && image.Architecture == platform.Architecture;
            (image.Os, image.Architecture) = (platform.Os, platform.Architecture);
            image.Variant = platform.Variant ?? (same ? image.Variant : null);
            image.OsVersion = same ? image.OsVersion : null;
        }

        // The layers are those of the result, which whoever exports it knows.
        image.RootFs = new RootFs();
        image.Created = options.Epoch;
        return image;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles;
using Quai.Dockerfiles.Ignoring;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Compilation;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graphs;
using Quai.Frontend.Questions;
using Quai.Frontend.Requests;
using Quai.Oci.Images;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.Frontend;

/// <summary>The compiler of Dockerfiles.</summary>
public sealed class DockerfileFrontend : IFrontend
{
    private const string ConfigKey = "containerimage.config", PlatformsKey = "refs.platforms";

    /// <inheritdoc/>
    public string Name => "dockerfile.v0";

    /// <inheritdoc/>
    public async Task<SolveResult> RunAsync(FrontendRequest request, IFrontendHost host, CancellationToken cancellation)
    {
        BuildRequest build = RequestReader.Read(request);
        switch (build.Question)
        {
            case DescribeQuestion.Name:
                return DescribeQuestion.Ask();
            case "" or LintQuestion.Name or TargetsQuestion.Name:
                break;
            default:
                throw new QuaiException(ErrorKind.NotImplemented, $"unsupported request {build.Question}");
        }

        BuildContext context = await new ContextLoader(build, host).LoadAsync(cancellation);
        try
        {
            SyntaxTree tree = DockerfileReader.Read(context.Source.Data.Span);
            StageList file = StageList.Read(tree);
            if (build.Question == TargetsQuestion.Name)
            {
                return TargetsQuestion.Ask(file, context.Source);
            }

            Platform[] platforms = build.Platforms.Count > 0 ? [.. build.Platforms] : [host.Platforms[0]];
            var checks = new CheckReport(build.Arguments.GetValueOrDefault("BUILDKIT_DOCKERFILE_CHECK") ?? tree.Directives.Check);
            new FileChecks(checks).Check(tree, file);
            var images = new ImageFinder(host, build.ResolveMode);
            Task<StageState[]> compiling = Task.WhenAll(platforms.Select(p => CompileAsync(build, host, context, file, (tree.Directives.Escape, p, images, checks), cancellation)));
            if (build.Question == LintQuestion.Name)
            {
                return await LintAsync(compiling, checks, context);
            }

            StageState[] stages = await compiling;
            checks.Send(host, context.Source);
            return await SolveAsync(build, host, context, platforms.Zip(stages), cancellation);
        }
        catch (DockerfileException e)
        {
            throw Located(e.Kind, e.Message, context, e.Lines, e);
        }
        catch (CompileException e)
        {
            throw Located(e.Kind, e.Message, context, e.Lines, e);
        }
    }

    private static async Task<SolveResult> LintAsync(Task compiling, CheckReport checks, BuildContext context)
    {
        try
        {
            await compiling;
            return LintQuestion.Ask(checks.Found, context.Source, null);
        }
        catch (CompileException e)
        {
            return LintQuestion.Ask(checks.Found, context.Source, (e.Message, e.Lines));
        }
    }

    private static async Task<StageState> CompileAsync(
        BuildRequest build, IFrontendHost host, BuildContext context, StageList file, (char Escape, Platform Platform, ImageFinder Images, CheckReport Checks) target, CancellationToken cancellation)
    {
        SourceStep? local = context.Remote is null
            ? Sources.Local(context.LocalName, host.SessionId, "[internal] load build context", "context") : null;
        var scope = new BuildScope(build, context.Source, context.Remote ?? new Files(local!), target.Platform, target.Escape)
        {
            Epoch = Epoch(build),
            Checks = target.Checks,
            Ignored = context.Exclude.Count > 0 ? new IgnoreMatcher(context.Exclude) : null,
        };
        var bases = new BaseImages(scope, target.Images, new NamedContexts(build, host, target.Images));
        StageState stage = await new Compiler(scope, file, bases).CompileAsync(host.Platforms[0], cancellation);
        if (local is not null)
        {
            Sources.Follow(local, Sources.Wanted(scope.Paths));
            Sources.Exclude(local, context.Exclude);
        }

        stage.Image.RootFs = new RootFs();
        stage.Image.Created = scope.Epoch;
        if (build.Platforms.Count > 0 || stage.Image.Os.Length == 0)
        {
            (stage.Image.Os, stage.Image.Architecture, stage.Image.Variant) = (target.Platform.Os, target.Platform.Architecture, target.Platform.Variant);
        }

        return stage;
    }

    private static async Task<SolveResult> SolveAsync(
        BuildRequest build, IFrontendHost host, BuildContext context, IEnumerable<(Platform Platform, StageState Stage)> targets, CancellationToken cancellation)
    {
        var refs = new ConcurrentDictionary<string, IBuildRef?>(StringComparer.Ordinal);
        Dictionary<string, byte[]> metadata = new(StringComparer.Ordinal);
        List<PlatformEntry> platforms = [];
        List<Task> solving = [];
        foreach ((Platform platform, StageState stage) in targets)
        {
            string key = platform.ToString();
            platforms.Add(new PlatformEntry(key, new PlatformDescription { Os = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant }));
            metadata.Add(build.WantsSeveral ? $"{ConfigKey}/{key}" : ConfigKey, ImageJson.Write(stage.Image));
            solving.Add(SolveOneAsync(key, GraphWriter.Write(stage.Files, context.Source)));
        }

        await Task.WhenAll(solving);
        metadata.Add(PlatformsKey, JsonSerializer.SerializeToUtf8Bytes(new PlatformList(platforms), FrontendJsonContext.Default.PlatformList));
        return build.WantsSeveral ? new SolveResult { Refs = refs, Metadata = metadata } : new SolveResult { Ref = refs.Values.Single(), Metadata = metadata };

        async Task SolveOneAsync(string key, Definition definition) => refs[key] = await host.SolveAsync(definition, cancellation);
    }

    private static SourceException Located(ErrorKind kind, string message, BuildContext context, LineRange lines, Exception cause) =>
        new(kind, message, context.Source, lines.First > 0 ? [GraphWriter.RangeOf(lines)] : [], cause);

    private static DateTimeOffset? Epoch(BuildRequest build) =>
        build.Arguments.TryGetValue("SOURCE_DATE_EPOCH", out string? text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
            && seconds is >= -62_135_596_800 and <= 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}

/// <summary>Which of several results is which platform's.</summary>
/// <param name="Platforms">An entry for each.</param>
internal sealed record PlatformList(IReadOnlyList<PlatformEntry> Platforms);

/// <summary>A result's key and platform.</summary>
/// <param name="ID">The key.</param>
/// <param name="Platform">The platform.</param>
internal sealed record PlatformEntry(string ID, PlatformDescription Platform);

/// <summary>Generated writers.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlatformList))]
internal sealed partial class FrontendJsonContext : JsonSerializerContext;

using System.Globalization;
using System.Text;
using System.Text.Json;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Compiling;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graph;
using Quai.Frontend.Requests;
using Quai.Frontend.Results;
using Quai.Frontend.Subrequests;
using Quai.Oci.Images;

namespace Quai.Frontend;

/// <summary>
/// The frontend for Dockerfiles, which is built in. It answers <c>dockerfile.v0</c> as BuildKit's does: reads the Dockerfile that a request names, compiles the
/// stages that the target needs, and says what else clients ask for with <c>requestid</c>.
/// </summary>
/// <param name="standsForImages">Whether it is meant by the name of the image that this frontend is elsewhere (<c># syntax=docker/dockerfile</c>); otherwise that image is run.</param>
public sealed class DockerfileFrontend(bool standsForImages = true) : IFrontend
{
    private const string ConfigKey = "containerimage.config", BaseConfigKey = "containerimage.base.config", PlatformsKey = "refs.platforms", EpochKey = "source.date.epoch", SyntaxKey = "BUILDKIT_SYNTAX", CommandLineKey = "cmdline", ImageFrontend = "gateway.v0";
    private const string LintQuestion = "frontend.lint", PracticesQuestion = "quai.practices";

    /// <inheritdoc/>
    public string Name => "dockerfile.v0";

    /// <inheritdoc/>
    public async Task<SolveResult> RunAsync(FrontendRequest request, IFrontendHost host, CancellationToken cancellation)
    {
        BuildOptions options = OptionReader.Read(request.Attributes);
        MainContext context = await MainContext.FindAsync(host, request, options.FileName, cancellation).ConfigureAwait(false);
        LoadedDockerfile file = await context.ReadDockerfileAsync(cancellation).ConfigureAwait(false);
        if (await ForwardAsync(request, host, file, cancellation).ConfigureAwait(false) is { } forwarded)
        {
            return forwarded;
        }

        string question = request.Attributes.GetValueOrDefault("requestid", "");
        if (question == "frontend.subrequests.describe")
        {
            return Reports.Describe();
        }

        if (question is not ("" or "frontend.outline" or "frontend.targets" or LintQuestion or PracticesQuestion))
        {
            throw new QuaiException(ErrorKind.NotImplemented, $"unsupported request {question}");
        }

        return question is LintQuestion or PracticesQuestion
            ? await new FileReview(host, request, options, context, file).AnswerAsync(withPractices: question == PracticesQuestion, cancellation).ConfigureAwait(false)
            : await AnswerAsync(question, request, host, options, context, file, cancellation).ConfigureAwait(false);
    }

    private static async Task<SolveResult> AnswerAsync(string question, FrontendRequest request, IFrontendHost host, BuildOptions options, MainContext context, LoadedDockerfile file, CancellationToken cancellation)
    {
        (SyntaxTree tree, StageList stages) = DockerfileCompiler.Parse(file);
        if (question == "frontend.targets")
        {
            return Reports.Targets(file, stages);
        }

        CheckSettings settings = CheckSettings.Read(options.Check ?? tree.Directives.Check ?? "");
        var contexts = new NamedContexts(host, request, options.ResolveMode);
        if (question == "frontend.outline")
        {
            var compiler = new DockerfileCompiler(host, options, file, context, contexts, new CheckRun(settings));
            return Reports.Outline(file, stages, await compiler.CompileAsync(options.Platforms.Count > 0 ? options.Platforms[0] : null, allStages: false, cancellation).ConfigureAwait(false));
        }

        Platform?[] platforms = options.Platforms.Count > 0 ? [.. options.Platforms] : [null];
        (CompiledImage Image, IBuildRef? Files, ScanTarget[] Scanned)[] built = await Task.WhenAll(platforms.Select(async (platform, index) =>
        {
            var checks = new CheckRun(settings);
            try
            {
                var compiler = new DockerfileCompiler(host, options, file, context, contexts, checks);
                CompiledImage image = await compiler.CompileAsync(platform, allStages: false, cancellation).ConfigureAwait(false);
                return (image, await host.SolveAsync(image.Graph, cancellation).ConfigureAwait(false), await ScannedAsync(host, options, image, cancellation).ConfigureAwait(false));
            }
            finally
            {
                // The checks find the same for every platform.
                if (index == 0)
                {
                    Warn(host, file, checks);
                }
            }
        })).ConfigureAwait(false);
        return Result(options, built);
    }

    private static async Task<ScanTarget[]> ScannedAsync(IFrontendHost host, BuildOptions options, CompiledImage image, CancellationToken cancellation)
    {
        List<ScanTarget> scanned = [];
        foreach ((string name, BuildProtocol.Llb.Definition graph) in image.Scanned)
        {
            if (await host.SolveAsync(graph, cancellation).ConfigureAwait(false) is { } files)
            {
                scanned.Add(new ScanTarget(options.IsMultiPlatform ? PlatformOf(options, image).ToString() : "", name, files));
            }
        }

        return [.. scanned];
    }

    private static Platform PlatformOf(BuildOptions options, CompiledImage image) =>
        options.Platforms.Count > 0 ? image.Compilation.TargetPlatform : Platform.Normalize(image.Image.Os, image.Image.Architecture, image.Image.Variant);

    private static SolveResult Result(BuildOptions options, (CompiledImage Image, IBuildRef? Files, ScanTarget[] Scanned)[] built)
    {
        Dictionary<string, byte[]> metadata = [];
        Dictionary<string, IBuildRef?> files = [];
        List<PlatformEntry> entries = [];
        foreach ((CompiledImage image, IBuildRef? result, _) in built)
        {
            Platform platform = PlatformOf(options, image);
            string id = platform.ToString();
            entries.Add(new PlatformEntry(id, new PlatformNames(platform.Architecture, platform.Os, platform.Variant)));
            metadata[options.IsMultiPlatform ? $"{ConfigKey}/{id}" : ConfigKey] = ImageJson.Write(image.Image);
            if (image.Target.BaseImage is { } parent)
            {
                metadata[options.IsMultiPlatform ? $"{BaseConfigKey}/{id}" : BaseConfigKey] = ImageJson.Write(parent);
            }

            files[id] = result;
        }

        if (options.Epoch is { } epoch)
        {
            metadata[EpochKey] = Encoding.ASCII.GetBytes(epoch.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }

        metadata[PlatformsKey] = JsonSerializer.SerializeToUtf8Bytes(new PlatformList(entries), FrontendJson.Default.PlatformList);
        var made = new SolveResult { Metadata = metadata, ScanTargets = [.. built.SelectMany(b => b.Scanned)] };
        return options.IsMultiPlatform ? made with { Refs = files } : made with { Ref = built[0].Files };
    }

    /// <summary>Has the file read by the frontend that it asks for, or that the request asks for; null where that is this one.</summary>
    private async Task<SolveResult?> ForwardAsync(FrontendRequest request, IFrontendHost host, LoadedDockerfile file, CancellationToken cancellation)
    {
        if (request.Attributes.ContainsKey(CommandLineKey))
        {
            // Somebody has chosen this one.
            return null;
        }

        SyntaxChoice? asked = request.Attributes.GetValueOrDefault("build-arg:" + SyntaxKey) is { } line ? new SyntaxChoice(line.Trim(), new LineRange(0, 0)) : null;
        SyntaxChoice? choice = asked ?? SyntaxChoice.Find(file.Source.Data.Span);
        if (choice is null || (standsForImages && ImageReference.TryParse(choice.Image, out ImageReference? reference) && BuiltInFrontends.Has(reference)))
        {
            return null;
        }

        var attributes = new Dictionary<string, string>(request.Attributes) { [CommandLineKey] = choice.CommandLine, ["source"] = choice.Image };
        try
        {
            return await host.RunFrontendAsync(ImageFrontend, request with { Attributes = attributes }, cancellation).ConfigureAwait(false);
        }
        catch (QuaiException e) when (asked is null && e is not SourceException && e.Kind != ErrorKind.System)
        {
            throw new SourceException(e.Kind, e.Message, file.Source, [.. GraphWriter.Ranges(choice.Lines)], e);
        }
    }

    private static void Warn(IFrontendHost host, LoadedDockerfile file, CheckRun checks)
    {
        foreach (Finding finding in checks.Findings)
        {
            host.Warn(new WarningEvent(file.Vertex, 1, $"{finding.Rule.Name}: {finding.Detail} (line {finding.Lines.First})")
            {
                Detail = [finding.Rule.Description],
                Url = finding.Rule.Url,
                Source = file.Source,
                Ranges = [.. GraphWriter.Ranges(finding.Lines)],
            });
        }
    }
}

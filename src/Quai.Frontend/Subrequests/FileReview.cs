using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Compiling;
using Quai.Frontend.Contexts;
using Quai.Frontend.Practices;
using Quai.Frontend.Requests;
using Quai.Oci.Images;

namespace Quai.Frontend.Subrequests;

/// <summary>Looks at a file without building it.</summary>
/// <param name="host">Answers what must be known.</param>
/// <param name="request">What is asked.</param>
/// <param name="options">What a build would be asked for.</param>
/// <param name="context">The build's context.</param>
/// <param name="file">The file.</param>
internal sealed class FileReview(IFrontendHost host, FrontendRequest request, BuildOptions options, MainContext context, LoadedDockerfile file)
{
    /// <summary>Says what the checks find, and if asked what practices are not followed. An error of the file is a part of the answer.</summary>
    /// <exception cref="QuaiException">The file asks for what is not available.</exception>
    public async Task<SolveResult> AnswerAsync(bool withPractices, CancellationToken cancellation)
    {
        CheckRun? checks = null;
        QuaiException? error = null;
        CheckSettings settings = new();
        bool fails = false;
        (SyntaxTree Tree, StageList Stages)? parsed = null;
        ImageConfig? image = null;
        try
        {
            parsed = DockerfileCompiler.Parse(file);
            settings = CheckSettings.Read(options.Check ?? parsed.Value.Tree.Directives.Check ?? "");

            // Not before all is found.
            fails = settings.FailsBuild;
            settings = settings with { FailsBuild = false };
            checks = new CheckRun(settings);
            var compiler = new DockerfileCompiler(host, options, file, context, new NamedContexts(host, request, options.ResolveMode), checks);
            Platform? platform = options.Platforms.Count > 0 ? options.Platforms[0] : null;
            image = (await compiler.CompileAsync(platform, allStages: options.Target.Length == 0, cancellation).ConfigureAwait(false)).Image;
        }
        catch (QuaiException e) when (e.Kind != ErrorKind.NotImplemented)
        {
            error = e;
        }

        error ??= fails ? checks?.Violation : null;
        IReadOnlyList<Finding> findings = checks?.Findings ?? [];
        return !withPractices ? Reports.Lint(file, findings, error)
            : Reports.Practices(file, parsed is { } read ? Look(settings, read.Tree, read.Stages, image) : [], findings, error);
    }

    private IReadOnlyList<PracticeFinding> Look(CheckSettings settings, SyntaxTree tree, StageList stages, ImageConfig? image)
    {
        Stage? target = options.Target.Length == 0 ? stages.Stages[^1] : stages.Find(options.Target);
        if (target is null)
        {
            // The error says so.
            return [];
        }

        var run = new PracticeRun(settings, file.Source.Data.ToStringUtf8().ReplaceLineEndings("\n").Split('\n'));
        PracticeLook.At(run, new PracticeFile(stages, target, tree.Directives.Escape, image is null ? null : image.Config?.User ?? ""));
        return run.Findings;
    }
}

using Quai.Build.Frontends;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graph;
using Quai.Frontend.Steps;
using Quai.Oci.Images;

namespace Quai.Frontend.Stages;

/// <summary>Finds out about what stages begin with, all at once.</summary>
/// <param name="compilation">What the stages share.</param>
/// <param name="host">Answers about images.</param>
/// <param name="contexts">What the request gives in their place.</param>
internal sealed class BaseResolver(Compilation compilation, IFrontendHost host, NamedContexts contexts)
{
    /// <summary>The variable by which programs are found, where an image sets none.</summary>
    public const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] s_common = ["alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora"];

    /// <summary>Finds out about those that stages in <paramref name="needed"/> begin with.</summary>
    /// <exception cref="QuaiException">There is none; with the place where it is asked for.</exception>
    public Task ResolveAsync(IReadOnlyList<StageState> all, IReadOnlySet<StageState> needed, CancellationToken cancellation) =>
        Task.WhenAll(all.Where(s => s.Base is null && !s.IsResolved && needed.Contains(s)).Select(s => PlacedAsync(s, all, cancellation)));

    private async Task PlacedAsync(StageState state, IReadOnlyList<StageState> all, CancellationToken cancellation)
    {
        try
        {
            await ResolveAsync(state, all, cancellation).ConfigureAwait(false);
            state.IsResolved = true;
            state.IsDone |= state.Stage is null;
        }
        catch (QuaiException e)
        {
            throw compilation.At(state.Lines, e);
        }
    }

    private async Task ResolveAsync(StageState state, IReadOnlyList<StageState> all, CancellationToken cancellation)
    {
        Platform platform = state.Platform ?? compilation.TargetPlatform;
        if (await contexts.LoadAsync(state.BaseName, platform, cancellation).ConfigureAwait(false) is { } context)
        {
            Take(state, context.Files, context.Image ?? Empty(platform), platform);
            return;
        }

        if (state.BaseName == "scratch")
        {
            Take(state, null, Empty(compilation.TargetPlatform), compilation.TargetPlatform);
            return;
        }

        if (!ImageReference.TryParse(state.BaseName, out ImageReference? reference))
        {
            try
            {
                _ = ImageReference.Parse(state.BaseName);
            }
            catch (QuaiException e)
            {
                throw QuaiException.Invalid($"failed to parse stage name \"{state.BaseName}\": {e.Message}", e);
            }
        }

        reference = reference!.WithDefaultTag();
        ResolvedImage image;
        try
        {
            string prefix = compilation.Options.IsMultiPlatform ? $"[{platform} internal]" : "[internal]";
            image = await host.ResolveImageAsync(new ImageQuestion(reference.Canonical, platform, compilation.Options.ResolveMode) { LogName = $"{prefix} load metadata for {reference.Canonical}" }, cancellation)
                .ConfigureAwait(false);
        }
        catch (QuaiException e) when (e is not SourceException)
        {
            throw new QuaiException(e.Kind, Suggestion.Append($"{state.BaseName}: {e.Message}", state.BaseName, [.. all.Select(s => s.DisplayName).Where(n => n.Length > 0), .. s_common]), e);
        }

        ImageConfig config = ImageJson.ReadConfig(image.Config);
        // What somebody said of the base is not said of what is made of it.
        config.Comment = null;
        if (state.Platform is null && compilation.Options.Platforms.Count == 0 && (config.Os != platform.Os || config.Architecture != platform.Architecture))
        {
            // Nobody asked for a platform: that of the image will do if things of it run here.
            platform = host.Platforms.FirstOrDefault(p => p.Os == config.Os && p.Architecture == config.Architecture) ?? platform;
        }

        reference = ImageReference.Parse(image.Reference);
        string pinned = (image.Digest is { } digest ? reference with { Digest = digest } : reference).Canonical;
        bool empty = config.RootFs.DiffIds.Count == 0 && config.History?.Any(h => h.EmptyLayer != true) != true;
        Output? files = empty ? null
            : Sources.Image(pinned, platform, compilation.Options.ResolveMode, StepNames.Next(compilation, state, "FROM " + pinned, platform, null), state.Lines).First;
        BaseChecks.ImagePlatform(compilation, state, platform, config);
        Take(state, files, config, platform);
    }

    private static void Take(StageState state, Output? files, ImageConfig image, Platform platform)
    {
        state.BaseImage = image.RootFs.DiffIds.Count > 0 ? ImageJson.ReadConfig(ImageJson.Write(image)) : null;
        image.Created = null;
        (state.Files, state.Image, state.Platform) = (files, image, platform);
    }

    private static ImageConfig Empty(Platform platform) => new()
    {
        Architecture = platform.Architecture,
        Os = platform.Os,
        Variant = platform.Variant,
        Config = new ExecutionConfig { Env = ["PATH=" + UsualPath], WorkingDir = "/" },
    };
}

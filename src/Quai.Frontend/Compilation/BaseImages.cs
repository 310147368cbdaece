using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graphs;
using Quai.Oci.Images;

namespace Quai.Frontend.Compilation;

/// <summary>What stages begin with that are no stages.</summary>
/// <param name="scope">The build.</param>
/// <param name="images">Finds images.</param>
/// <param name="contexts">Finds what stands for a stage or an image.</param>
internal sealed class BaseImages(BuildScope scope, ImageFinder images, NamedContexts contexts)
{
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Finds what a client's name stands for, if anything does.</summary>
    public async Task FindGivenAsync(StageState state, CancellationToken cancellation)
    {
        if (state.Name.Length > 0)
        {
            state.Given = await contexts.FindAsync(state.Name, state.Platform, cancellation);
            if (state.Given is not null)
            {
                state.Base = null;
            }
        }
    }

    /// <summary>Finds the image that a stage begins with.</summary>
    /// <param name="state">The stage, which is not based on another.</param>
    /// <param name="stages">The names of stages, one of which may have been meant.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What the step that brings its files is, to be named when it is its turn; and its configuration.</returns>
    public async Task<BaseImage> FindAsync(StageState state, IEnumerable<string> stages, CancellationToken cancellation)
    {
        if (state.Given is null && state.BaseName == StagePlan.Scratch)
        {
            return new BaseImage(_ => null, Empty(state.Platform));
        }

        try
        {
            NamedContext? given = state.Given ?? await contexts.FindAsync(state.BaseName, state.Platform, cancellation);
            if (given is not null)
            {
                return new BaseImage(_ => given.Files, given.Config ?? Empty(state.Platform)) { Local = given.Local };
            }

            return await ImageAsync(state, cancellation);
        }
        catch (QuaiException e) when (e is not CompileException)
        {
            throw new CompileException(NearestWord.Suggest($"{state.BaseName}: {e.Message}", state.BaseName, stages), state.Lines, e.Kind, e);
        }
    }

    private async Task<BaseImage> ImageAsync(StageState state, CancellationToken cancellation)
    {
        if (!ImageReference.TryParse(state.BaseName, out ImageReference? parsed))
        {
            string problem = "invalid reference format";
            try
            {
                ImageReference.Parse(state.BaseName);
            }
            catch (QuaiException e)
            {
                problem = e.Message;
            }

            throw new CompileException($"failed to parse stage name {GoText.Quote(state.BaseName)}: {problem}", state.Lines);
        }

        ImageReference reference = parsed.WithDefaultTag();
        string platform = scope.Request.WantsSeveral ? $"{state.Platform} " : "";
        (string pinned, byte[] config) = await images.FindAsync(reference, state.Platform, $"[{platform}internal] load metadata for {reference.Canonical}", cancellation);
        return new BaseImage(title => new Files(Sources.Image(pinned, state.Platform, images.Mode, title($"FROM {pinned}"), state.Lines, state.Command)), ImageJson.ReadConfig(config));
    }

    private static ImageConfig Empty(Platform platform) => new()
    {
        Os = platform.Os,
        Architecture = platform.Architecture,
        Variant = platform.Variant,
        Config = new ExecutionConfig { WorkingDir = "/", Env = ["PATH=" + UsualPath] },
    };
}

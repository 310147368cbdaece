using Quai.Build.Steps.Programs;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Frontends;

/// <summary>What a frontend may ask of the builder, as BuildKit's gateway has it.</summary>
public interface IFrontendHost
{
    /// <summary>The build's id.</summary>
    string Id { get; }

    /// <summary>Ends when the build does, or is stopped.</summary>
    CancellationToken Stopped { get; }

    /// <summary>The platforms that can be built for here, the machine's own first.</summary>
    IReadOnlyList<Oci.Images.Platform> Platforms { get; }

    /// <summary>The id of the session of the client whose build this is; empty for none.</summary>
    string SessionId { get; }

    /// <summary>Finds out about an image.</summary>
    /// <exception cref="Errors.QuaiException">Kind NotFound: there is none.</exception>
    Task<ResolvedImage> ResolveImageAsync(ImageQuestion question, CancellationToken cancellation);

    /// <summary>Solves a graph. Nothing is run before somebody asks for the result's files, or it is exported.</summary>
    /// <param name="definition">The graph; empty for an empty result.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The result; null for an empty one.</returns>
    Task<IBuildRef?> SolveAsync(Definition definition, CancellationToken cancellation);

    /// <summary>Runs a frontend, which may be another one than who asks.</summary>
    /// <param name="name">The frontend's name, such as <c>dockerfile.v0</c>.</param>
    /// <param name="request">What it is asked.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="Errors.QuaiException">Kind InvalidParameter: there is no such frontend. Otherwise what the frontend said.</exception>
    Task<SolveResult> RunFrontendAsync(string name, FrontendRequest request, CancellationToken cancellation);

    /// <summary>Runs a program of a result's files, confined as a step is, and speaks with it. What it writes to its files is gone afterwards.</summary>
    /// <param name="root">The files; null for none.</param>
    /// <param name="program">The program.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>Its exit code, or 128 + signal.</returns>
    /// <exception cref="Errors.QuaiException">It could not be started.</exception>
    Task<int> RunProgramAsync(IBuildRef? root, FrontendProgram program, CancellationToken cancellation);

    /// <summary>Prepares a container of the build's, in which programs can be run that are spoken with. It ends with the build.</summary>
    /// <param name="request">What it is to be.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">It cannot be made, or the build may not have it.</exception>
    Task<IBuildContainer> OpenContainerAsync(ContainerRequest request, CancellationToken cancellation);

    /// <summary>The files that a step had which failed: for each of its mounts what was there when its program ended; null for one that is not kept, such as a cache or a secret.</summary>
    /// <param name="failed">The step.</param>
    IReadOnlyList<IBuildRef?> FilesOf(FailedStep failed);

    /// <summary>The files that a step took which failed, in the order of its inputs.</summary>
    /// <param name="failed">The step.</param>
    IReadOnlyList<IBuildRef> InputsOf(FailedStep failed);

    /// <summary>Begins with caches elsewhere, too; what was named before is not read again.</summary>
    void ImportCache(IReadOnlyList<CacheReference> caches);

    /// <summary>Tells the build's watchers of something.</summary>
    void Warn(WarningEvent warning);
}

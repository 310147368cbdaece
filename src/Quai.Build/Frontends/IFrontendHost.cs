using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Frontends;

/// <summary>What a frontend may ask of the builder, as BuildKit's gateway has it.</summary>
public interface IFrontendHost
{
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

    /// <summary>Tells the build's watchers of something.</summary>
    void Warn(WarningEvent warning);
}

using Quai.Build.Graphs;
using Quai.Build.Sessions;
using Quai.Build.Solving;

namespace Quai.Build.Sources;

/// <summary>A kind of source, by the scheme of its identifier.</summary>
internal interface ISourceKind
{
    /// <summary>The schemes, without <c>://</c>.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>Looks a source up.</summary>
    /// <param name="vertex">The source.</param>
    /// <param name="rest">Its identifier behind the scheme.</param>
    /// <param name="session">The client's session; null for none.</param>
    /// <param name="progress">Where it says what it does.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Errors.QuaiException">It cannot be had.</exception>
    Task<SourceState> ResolveAsync(Vertex vertex, string rest, IBuildSession? session, IStepProgress progress, CancellationToken cancellation);
}

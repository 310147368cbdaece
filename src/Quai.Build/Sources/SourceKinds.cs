using Quai.Build.Graphs;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Errors;

namespace Quai.Build.Sources;

/// <summary>All kinds of sources.</summary>
internal sealed class SourceKinds(IReadOnlyList<ISourceKind> kinds) : IDisposable
{
    /// <summary>Looks a source up, by its scheme.</summary>
    /// <exception cref="QuaiException">There is no such kind, or it cannot be had.</exception>
    public Task<SourceState> ResolveAsync(Vertex vertex, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        string identifier = vertex.Op.Source.Identifier;
        int end = identifier.IndexOf("://", StringComparison.Ordinal);
        ISourceKind kind = kinds.FirstOrDefault(k => k.Schemes.Contains(identifier[..end])) ?? throw QuaiException.Invalid($"sources of the kind {identifier[..end]} are not supported: {identifier}");
        return kind.ResolveAsync(vertex, identifier[(end + 3)..], session, progress, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable kind in kinds.OfType<IDisposable>())
        {
            kind.Dispose();
        }
    }
}

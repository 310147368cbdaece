using Quai.Build.Caching;
using Quai.Build.Frontends;
using Quai.Build.Graphs;
using Quai.Build.Reasons;
using Quai.Build.Sessions;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Solving;

/// <summary>What belongs to one build and is the same for all of its steps.</summary>
/// <param name="Session">The client's session; null for none.</param>
/// <param name="Entitlements">What the client has allowed.</param>
/// <param name="Use">Keeps the layers that the build has to do with.</param>
/// <param name="Stopped">Ends with the build.</param>
internal sealed record BuildScope(IBuildSession? Session, Entitlements Entitlements, LayerUses.Use Use, CancellationToken Stopped)
{
    /// <summary>Whether the build tells why steps run.</summary>
    public bool IsExplained { get; init; }

    /// <summary>Whose steps they are, by client and source file, once a graph is known; empty where builds of one client cannot be told from others'.</summary>
    public string Reasons { get; private set; } = "";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (SourceInfo Source, IReadOnlyList<BuildProtocol.Llb.Range> Ranges)> _places = [];

    /// <summary>Remembers where the steps of a graph stand in its sources.</summary>
    public void Learn(Definition definition)
    {
        lock (_lock)
        {
            if (definition.Source?.Infos is [var first, ..])
            {
                Reasons = Session is { SharedKey.Length: > 0 } ? StepReasons.ScopeOf(Session.SharedKey, first.Filename) : "";
            }

            foreach ((string digest, Locations locations) in definition.Source?.Locations ?? [])
            {
                if (locations.Locations_.FirstOrDefault() is { } place && place.SourceIndex >= 0 && place.SourceIndex < definition.Source!.Infos.Count)
                {
                    _places[digest] = (definition.Source.Infos[place.SourceIndex], [.. place.Ranges]);
                }
            }
        }
    }

    /// <summary>An error with the place of the step in its source; null where that is not known.</summary>
    public SourceException? Locate(Vertex vertex, QuaiException error)
    {
        lock (_lock)
        {
            return _places.TryGetValue(vertex.Digest, out (SourceInfo Source, IReadOnlyList<BuildProtocol.Llb.Range> Ranges) place)
                ? new SourceException(error.Kind, error.Message, place.Source, place.Ranges, error)
                : null;
        }
    }
}

using Quai.BuildProtocol.Llb;
using Quai.Oci.Images;

namespace Quai.Build.Attestations.Provenance;

/// <summary>All that is known of how a result was made.</summary>
/// <param name="Use">How a frontend was asked for it.</param>
/// <param name="Materials">What it was made of.</param>
/// <param name="Graph">The graph that it is the result of; null for an empty result.</param>
internal sealed record ProvenanceFacts(FrontendUse Use, BuildMaterials Materials, Definition? Graph)
{
    /// <summary>The build's id, which only its provenance has.</summary>
    public required string Invocation { get; init; }

    /// <summary>When the build began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its result was there.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>The layers of results that are blobs, by their steps' digests and the results' numbers.</summary>
    public IReadOnlyDictionary<(string Digest, int Index), IReadOnlyList<Descriptor>> Layers { get; init; } = new Dictionary<(string, int), IReadOnlyList<Descriptor>>();
}

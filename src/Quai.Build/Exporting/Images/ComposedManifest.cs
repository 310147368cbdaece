using Quai.Oci.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>A platform's manifest that is in the store.</summary>
/// <param name="Descriptor">The manifest.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Layers">Its layers, from the bottom up.</param>
/// <param name="ChainIds">The names of the unpacked layers.</param>
internal sealed record ComposedManifest(Descriptor Descriptor, Descriptor Config, IReadOnlyList<Descriptor> Layers, IReadOnlyList<string> ChainIds)
{
    /// <summary>The manifest of what is attested of it; null for nothing.</summary>
    public Descriptor? Attestation { get; init; }

    /// <summary>What that manifest needs.</summary>
    public IReadOnlyList<Descriptor> AttestationParts { get; init; } = [];

    /// <summary>Everything that it needs, itself too, and what is attested of it.</summary>
    public IEnumerable<Digest> Blobs =>
        Layers.Append(Config).Append(Descriptor).Concat(AttestationParts).Concat(Attestation is { } attestation ? [attestation] : []).Select(d => Digest.Parse(d.Digest));
}

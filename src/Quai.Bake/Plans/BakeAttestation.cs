namespace Quai.Bake.Plans;

/// <summary>An attestation to attach to a result.</summary>
/// <param name="Type">Its kind: <c>sbom</c> or <c>provenance</c>.</param>
/// <param name="IsDisabled">Whether it is expressly not wanted.</param>
/// <param name="Attributes">What else there is to know, by name.</param>
public sealed record BakeAttestation(string Type, bool IsDisabled, IReadOnlyDictionary<string, string> Attributes)
{
    /// <inheritdoc/>
    public bool Equals(BakeAttestation? other) => other is not null && Type == other.Type && IsDisabled == other.IsDisabled && AttributeEquality.AreEqual(Attributes, other.Attributes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, IsDisabled, Attributes.Count);
}

namespace Quai.Bake.Plans;

/// <summary>A cache to import from or to export to.</summary>
/// <param name="Type">Its kind, such as <c>registry</c>.</param>
/// <param name="Attributes">What else there is to know, by name.</param>
public sealed record BakeCacheEntry(string Type, IReadOnlyDictionary<string, string> Attributes)
{
    /// <inheritdoc/>
    public bool Equals(BakeCacheEntry? other) => other is not null && Type == other.Type && AttributeEquality.AreEqual(Attributes, other.Attributes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Attributes.Count);
}

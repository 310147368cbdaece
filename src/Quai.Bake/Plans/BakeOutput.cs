namespace Quai.Bake.Plans;

/// <summary>What becomes of a build's result.</summary>
/// <param name="Type">The exporter, such as <c>image</c> or <c>local</c>.</param>
/// <param name="Destination">The file or folder to write to; empty where there is none.</param>
/// <param name="Attributes">What else there is to know, by name.</param>
public sealed record BakeOutput(string Type, string Destination, IReadOnlyDictionary<string, string> Attributes)
{
    /// <inheritdoc/>
    public bool Equals(BakeOutput? other) => other is not null && Type == other.Type && Destination == other.Destination && AttributeEquality.AreEqual(Attributes, other.Attributes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Destination, Attributes.Count);
}

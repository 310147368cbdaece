namespace Quai.Bake.Plans;

/// <summary>Whether attributes by name are the same.</summary>
internal static class AttributeEquality
{
    /// <summary>Whether both have the same names with the same values.</summary>
    public static bool AreEqual(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out string? value) && value == entry.Value);
}

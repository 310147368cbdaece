namespace Quai.Build.Jobs;

/// <summary>A cache outside of this machine, which a build begins with or is kept in.</summary>
/// <param name="Type">What holds it: <c>registry</c>, <c>local</c>, <c>inline</c>, <c>gha</c>, <c>s3</c>.</param>
/// <param name="Attributes">Where it is, and how it is kept, such as <c>ref</c> and <c>mode</c>.</param>
public sealed record CacheReference(string Type, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Whether another reference is the same: records compare their attributes by identity.</summary>
    public bool IsSame(CacheReference other) =>
        Type == other.Type && Attributes.Count == other.Attributes.Count && Attributes.All(a => other.Attributes.TryGetValue(a.Key, out string? value) && value == a.Value);
}

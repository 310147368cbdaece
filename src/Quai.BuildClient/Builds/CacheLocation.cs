namespace Quai.BuildClient.Builds;

/// <summary>A cache outside the builder.</summary>
/// <param name="Type">Its kind, such as <c>registry</c> or <c>inline</c>.</param>
/// <param name="Attributes">Which, and how.</param>
public sealed record CacheLocation(string Type, IReadOnlyDictionary<string, string> Attributes);

namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>A name of ARG.</summary>
/// <param name="Key">The name.</param>
/// <param name="Value">Its value if the build gives none, as it is written; null for none.</param>
public sealed record ArgPair(string Key, string? Value);

namespace Quai.Dockerfiles.Words;

/// <summary>A text whose variables are expanded.</summary>
/// <param name="Text">The text.</param>
/// <param name="Unset">Names of variables that it has and that are not set, each once: those with a value for that case (<c>${a:-b}</c>) are not among them.</param>
public sealed record Expansion(string Text, IReadOnlyList<string> Unset);

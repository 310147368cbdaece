namespace Quai.Dockerfiles.Syntax;

/// <summary>A pair of ENV or LABEL, with quotes and variables as they are written.</summary>
/// <param name="Key">The name.</param>
/// <param name="Value">The value.</param>
/// <param name="HasEquals">Whether there is a <c>=</c> between them: not in the old form, <c>ENV name a value with spaces</c>.</param>
public sealed record KeyValue(string Key, string Value, bool HasEquals);

namespace Quai.Compose.Interpolation;

/// <summary>A variable that a project's files name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsRequired">Whether it must be set.</param>
/// <param name="DefaultValue">What it is replaced by where it is not set; empty if nothing.</param>
/// <param name="AlternateValue">What it is replaced by where it is set; empty if its value.</param>
public sealed record ComposeVariable(string Name, bool IsRequired, string DefaultValue, string AlternateValue);

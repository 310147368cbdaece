namespace Quai.Bake.Plans;

/// <summary>A variable of a bake definition.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its declared type, as messages name types; empty where none is declared.</param>
/// <param name="Value">Its value, as text or JSON; null where it is null.</param>
/// <param name="Description">What it is for; empty where nobody says.</param>
public sealed record BakeVariable(string Name, string Type, string? Value, string Description);

namespace Quai.Bake.Plans;

/// <summary>A group of targets.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for; empty where nobody says.</param>
/// <param name="Targets">The names of its targets and groups.</param>
public sealed record BakeGroup(string Name, string Description, IReadOnlyList<string> Targets);

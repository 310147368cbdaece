namespace Quai.Bake.Plans;

/// <summary>What is to be built.</summary>
/// <param name="Groups">The groups that were asked for, and <c>default</c>, by name.</param>
/// <param name="Targets">The targets, and those that they are linked with, by name.</param>
public sealed record BakePlan(IReadOnlyDictionary<string, BakeGroup> Groups, IReadOnlyDictionary<string, BakeTarget> Targets);

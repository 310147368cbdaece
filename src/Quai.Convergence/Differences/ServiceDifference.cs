namespace Quai.Convergence.Differences;

/// <summary>Something that a container has, and its service describes otherwise.</summary>
/// <param name="Key">What it is, as a path in the service: <c>environment.LEVEL</c>.</param>
/// <param name="Before">What the container has; null for nothing.</param>
/// <param name="After">What the service describes; null for nothing.</param>
public sealed record ServiceDifference(string Key, string? Before, string? After);

namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>A limit of each process (setrlimit(2)).</summary>
/// <param name="Name">Such as <c>nofile</c>.</param>
/// <param name="Soft">The effective limit; -1 for none.</param>
/// <param name="Hard">What the process may raise it to; -1 for none.</param>
public sealed record UlimitSpec(string Name, long Soft, long Hard);

namespace Quai.Dockerfiles;

/// <summary>Lines of a file, counted from 1; 0 and 0 are none.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last, which is one of them.</param>
public readonly record struct LineRange(int First, int Last);

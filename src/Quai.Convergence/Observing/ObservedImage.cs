namespace Quai.Convergence.Observing;

/// <summary>An image on the engine's disk.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Volumes">The paths that it declares as volumes.</param>
public sealed record ObservedImage(string Id, IReadOnlyCollection<string> Volumes);

namespace Quai.Bake.Plans;

/// <summary>A secret that build steps can mount.</summary>
/// <param name="Id">Its name in the Dockerfile.</param>
/// <param name="Source">The file that it is read from; empty where there is none.</param>
/// <param name="Environment">The environment variable that it is read from; empty where there is none.</param>
public sealed record BakeSecret(string Id, string Source, string Environment);

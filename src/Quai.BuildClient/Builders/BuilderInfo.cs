namespace Quai.BuildClient.Builders;

/// <summary>What a builder says of itself.</summary>
/// <param name="Version">Its version; empty where it says none.</param>
/// <param name="Platforms">What it builds for, such as <c>linux/amd64</c>.</param>
/// <param name="Labels">Further facts by name.</param>
public sealed record BuilderInfo(string Version, IReadOnlyList<string> Platforms, IReadOnlyDictionary<string, string> Labels);

using Quai.BuildClient.Sessions;

namespace Quai.BuildClient.Builds;

/// <summary>What becomes of a result.</summary>
/// <param name="Type">The builder's exporter, such as <c>moby</c>, <c>image</c>, <c>local</c>, <c>tar</c> or <c>oci</c>.</param>
/// <param name="Attributes">What the exporter is told.</param>
/// <param name="Target">Where it goes at this client; null where it stays with the builder.</param>
public sealed record BuildExport(string Type, IReadOnlyDictionary<string, string> Attributes, OutputTarget? Target = null);

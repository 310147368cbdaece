namespace Quai.Build.Jobs;

/// <summary>What is to come of a build.</summary>
/// <param name="Type">The exporter: <c>moby</c>, <c>image</c>, <c>docker</c>, <c>oci</c>, <c>local</c>, <c>tar</c>.</param>
/// <param name="Attributes">Its settings, such as <c>name</c>.</param>
/// <param name="Index">Its number among the request's, by which the client is told what is sent to it.</param>
public sealed record ExportRequest(string Type, IReadOnlyDictionary<string, string> Attributes, int Index);

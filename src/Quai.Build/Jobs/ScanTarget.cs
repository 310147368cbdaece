namespace Quai.Build.Jobs;

/// <summary>Files whose packages are told besides those of a result (<c>BUILDKIT_SBOM_SCAN_STAGE</c>, <c>BUILDKIT_SBOM_SCAN_CONTEXT</c>).</summary>
/// <param name="Key">The key of the result that they were needed for; empty for the only one.</param>
/// <param name="Name">What they are: a stage's name, or <c>context</c>.</param>
/// <param name="Ref">The files.</param>
public sealed record ScanTarget(string Key, string Name, IBuildRef Ref);

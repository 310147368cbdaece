namespace Quai.Build.Jobs;

/// <summary>What a frontend made: a result, or one for each of several platforms, and what goes with them.</summary>
public sealed record SolveResult
{
    /// <summary>The only result; null where it is empty, or where there are several.</summary>
    public IBuildRef? Ref { get; init; }

    /// <summary>Several results by their keys, such as <c>linux/amd64</c>; null where there is one. A result is null where it is empty.</summary>
    public IReadOnlyDictionary<string, IBuildRef?>? Refs { get; init; }

    /// <summary>What is looked through for packages besides, where packages are told.</summary>
    public IReadOnlyList<ScanTarget> ScanTargets { get; init; } = [];

    /// <summary>What the frontend attests of them.</summary>
    public IReadOnlyList<GivenAttestation> Attestations { get; init; } = [];

    /// <summary>
    /// What goes with them, by the keys that BuildKit has: <c>containerimage.config</c> (for one of several with <c>/KEY</c> behind it) is an image's configuration,
    /// <c>refs.platforms</c> says which key is which platform's.
    /// </summary>
    public IReadOnlyDictionary<string, byte[]> Metadata { get; init; } = new Dictionary<string, byte[]>();
}

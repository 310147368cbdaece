using Quai.Oci.Images;

namespace Quai.Build.Jobs;

/// <summary>Something that a frontend attests of a result, in files that it made.</summary>
/// <param name="Key">The key of the result; empty for the only one.</param>
/// <param name="Ref">The files.</param>
/// <param name="Path">The file that has what is attested as JSON; of a bundle, the directory whose files are whole statements of in-toto.</param>
/// <param name="PredicateType">What kind of thing it is, such as <c>https://slsa.dev/provenance/v0.2</c>; of a bundle empty for any.</param>
public sealed record GivenAttestation(string Key, IBuildRef Ref, string Path, string PredicateType)
{
    /// <summary>Whether the files are whole statements.</summary>
    public bool IsBundle { get; init; }

    /// <summary>Whether it is about the result itself.</summary>
    public bool IsAboutResult { get; init; } = true;

    /// <summary>What it is about besides, by names.</summary>
    public IReadOnlyList<(string Name, Digest Digest)> Subjects { get; init; } = [];
}

using Quai.Oci.Images;

namespace Quai.Build.Attestations;

/// <summary>Something that is attested of a tree.</summary>
/// <param name="PredicateType">What kind of thing, such as <c>https://spdx.dev/Document</c>.</param>
/// <param name="FileName">The name of the file that has it where there is no image.</param>
/// <param name="PredicateAsync">Writes it as JSON, by the blobs that the tree's layers are, by the layers' ids.</param>
internal sealed record TreeAttestation(
    string PredicateType, string FileName, Func<IReadOnlyDictionary<string, Descriptor>, CancellationToken, Task<byte[]>> PredicateAsync)
{
    /// <summary>The predicate type of a bill of materials in the form SPDX.</summary>
    public const string Spdx = "https://spdx.dev/Document";

    /// <summary>Whether only images have it.</summary>
    public bool IsInlineOnly { get; init; }

    /// <summary>Whether it is about the tree.</summary>
    public bool IsAboutResult { get; init; } = true;

    /// <summary>What it is about besides.</summary>
    public IReadOnlyList<AttestedSubject> Subjects { get; init; } = [];

    /// <summary>The whole statement.</summary>
    /// <param name="subjects">The tree, as it is known where the statement goes.</param>
    /// <param name="layers">What is known of layers as blobs.</param>
    /// <param name="isForPeople">Whether it is written in lines.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<byte[]> WriteAsync(
        IReadOnlyList<AttestedSubject> subjects, IReadOnlyDictionary<string, Descriptor> layers, bool isForPeople, CancellationToken cancellation) =>
        Statements.Write(PredicateType, [.. IsAboutResult ? subjects : [], .. Subjects], await PredicateAsync(layers, cancellation).ConfigureAwait(false), isForPeople);
}

using Quai.Images.Catalog.Indexes;
using Quai.Oci.Images;

namespace Quai.Images.Catalog;

/// <summary>An image to be recorded.</summary>
/// <param name="Id">Digest of the config.</param>
/// <param name="Config">The config's bytes.</param>
/// <param name="Manifest">Digest of the manifest.</param>
/// <param name="ChainIds">Its layers, from the bottom up.</param>
/// <param name="Blobs">Digests of all blobs it needs, including config and manifest.</param>
/// <param name="Names">Names to give it.</param>
internal sealed record NewImage(
    Digest Id,
    byte[] Config,
    Digest Manifest,
    IReadOnlyList<string> ChainIds,
    IReadOnlyCollection<string> Blobs,
    IReadOnlyList<ImageName> Names)
{
    /// <summary>Id of the image that it was made from (commit, build); null if it came as a whole.</summary>
    public string? Parent { get; init; }

    /// <summary>What it had of earlier attestations, which goes.</summary>
    public SupersededIndexes Superseded { get; init; } = SupersededIndexes.None;

    /// <summary>Whether its names are given here by a user, and did not come with it.</summary>
    public bool IsNamedHere { get; init; }
}

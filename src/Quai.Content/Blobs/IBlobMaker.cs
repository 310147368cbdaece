using Quai.Oci.Images;

namespace Quai.Content.Blobs;

/// <summary>Makes blobs that are recorded but have no file, because what they are made of is here.</summary>
internal interface IBlobMaker
{
    /// <summary>Makes a blob's file. Does nothing where it cannot be made.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="cancellation">Leaves nothing.</param>
    Task MakeAsync(Digest digest, CancellationToken cancellation);

    /// <summary>Writes a blob as it would be made, without a file.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="target">Takes it.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Whether it can be made, and is what it is to be.</returns>
    Task<bool> WriteAsync(Digest digest, Stream target, CancellationToken cancellation);

    /// <summary>What would be made, without making it.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The digest and the length in bytes; null where nothing can be made.</returns>
    Task<(Digest Digest, long Length)?> TryAsync(Digest digest, CancellationToken cancellation);
}

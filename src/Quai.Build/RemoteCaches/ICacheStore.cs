using Quai.Build.Solving;
using Quai.Content.Collecting;
using Quai.Oci.Images;

namespace Quai.Build.RemoteCaches;

/// <summary>Where a cache is kept outside of this machine.</summary>
internal interface ICacheStore
{
    /// <summary>What keeping it is called, such as <c>exporting cache to registry</c>.</summary>
    string Title { get; }

    /// <summary>Which it is among others, such as its name in a registry.</summary>
    string Name { get; }

    /// <summary>Reads what the cache knows.</summary>
    /// <returns>The cache, or several, such as one for each platform of an image; none where nothing is kept there yet.</returns>
    /// <exception cref="Errors.QuaiException">It cannot be reached, or is none.</exception>
    Task<IReadOnlyList<CacheGraph>> ReadAsync(CancellationToken cancellation);

    /// <summary>Fetches a layer's blob into the store of blobs, verified.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="lease">Holds it.</param>
    /// <param name="progress">Where it says how far it has come.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    Task FetchAsync(Descriptor blob, Lease lease, IStepProgress progress, CancellationToken cancellation);

    /// <summary>Keeps a cache; one that was there is replaced once everything is there.</summary>
    /// <param name="graph">The cache, whose blobs are in the store of blobs.</param>
    /// <param name="lease">Holds them.</param>
    /// <param name="progress">Where it says how far it has come.</param>
    /// <param name="cancellation">Stops the transfer.</param>
    /// <returns>What clients are told.</returns>
    Task<IReadOnlyDictionary<string, string>> WriteAsync(CacheGraph graph, Lease lease, IStepProgress progress, CancellationToken cancellation);
}

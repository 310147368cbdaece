using Quai.Build.Attestations;
using Quai.Build.Frontends;
using Quai.Build.Progress;

namespace Quai.Build.Jobs;

/// <summary>A build in progress. What runs for it alone is stopped when it is disposed.</summary>
public interface IBuildJob : IFrontendHost, IAsyncDisposable
{
    /// <summary>Makes what is to come of a result: images, archives, files at the client.</summary>
    /// <param name="result">The result.</param>
    /// <param name="exports">What is asked for; none is for a build whose cache alone is wanted.</param>
    /// <param name="caches">Where the build's cache is kept besides.</param>
    /// <param name="attestations">What is attested of it.</param>
    /// <param name="cancellation">Stops it; nothing half made is visible.</param>
    /// <returns>What clients are told, such as <c>containerimage.digest</c>.</returns>
    Task<IReadOnlyDictionary<string, string>> ExportAsync(
        SolveResult result, IReadOnlyList<ExportRequest> exports, IReadOnlyList<CacheReference> caches, AttestationDemands attestations, CancellationToken cancellation);

    /// <summary>How a result was made, for the build's record: provenance of SLSA 0.2 as JSON, one for each platform by its key.</summary>
    /// <param name="result">The result, which is there.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<(string Key, byte[] Document)>> ProvenanceAsync(SolveResult result, CancellationToken cancellation);

    /// <summary>Checks where a cache is to be kept, before anything is built.</summary>
    /// <exception cref="Errors.QuaiException">Something is unknown, malformed or missing.</exception>
    void CheckCaches(IReadOnlyList<CacheReference> caches);

    /// <summary>What has happened until now.</summary>
    IReadOnlyList<BuildEvent> Events { get; }

    /// <summary>What has happened, from the beginning, and what happens until the build's end.</summary>
    IAsyncEnumerable<BuildEvent> WatchAsync(CancellationToken cancellation);

    /// <summary>Stops the build: whatever runs for it ends with an error.</summary>
    void Stop();
}

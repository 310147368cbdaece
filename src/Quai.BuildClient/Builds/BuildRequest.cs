using Quai.BuildClient.Sessions;

namespace Quai.BuildClient.Builds;

/// <summary>A build as a builder is asked for it: nothing of it is about a command line or a terminal.</summary>
/// <param name="Id">The build's id, which no other has.</param>
public sealed record BuildRequest(string Id)
{
    /// <summary>What compiles the source.</summary>
    public string Frontend { get; init; } = "dockerfile.v0";

    /// <summary>What is fetched, in the place of a source that is compiled; null for none.</summary>
    public RemoteSource? Source { get; init; }

    /// <summary>Whether it is a part of something greater, which nobody is told of later.</summary>
    public bool IsInternal { get; init; }

    /// <summary>What the frontend is told: <c>filename</c>, <c>target</c>, <c>build-arg:NAME</c> and so on.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Named contexts that are results of other builds on the same connection.</summary>
    public IReadOnlyDictionary<string, LinkedResult> Links { get; init; } = new Dictionary<string, LinkedResult>();

    /// <summary>What becomes of the result; none for nothing.</summary>
    public IReadOnlyList<BuildExport> Exports { get; init; } = [];

    /// <summary>Caches that are used.</summary>
    public IReadOnlyList<CacheLocation> CacheFrom { get; init; } = [];

    /// <summary>Caches that are written.</summary>
    public IReadOnlyList<CacheLocation> CacheTo { get; init; } = [];

    /// <summary>What the build may do beyond what every build may.</summary>
    public IReadOnlyList<string> Entitlements { get; init; } = [];

    /// <summary>Which sources it may have, and which stand for others; null for all as they are.</summary>
    public SourcePolicyFile? Policy { get; init; }

    /// <summary>What the builder may ask this client for. Its targets are those of <see cref="Exports"/>, whatever is said here.</summary>
    public SessionContents Session { get; init; } = new();

    /// <summary>An id for a build.</summary>
    public static string NewId()
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        return System.Security.Cryptography.RandomNumberGenerator.GetString(Letters, 25);
    }
}

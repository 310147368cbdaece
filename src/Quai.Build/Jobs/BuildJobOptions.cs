using Quai.Build.Reasons;
using Quai.Build.Sessions;
using Quai.Build.Sources.Policies;

namespace Quai.Build.Jobs;

/// <summary>What a build is to be.</summary>
/// <param name="Id">Its id, as the client chose it.</param>
/// <param name="Session">The client's session; null for a build that needs none.</param>
public sealed record BuildJobOptions(string Id, IBuildSession? Session)
{
    /// <summary>Whether it is a client's probe, which is not told of.</summary>
    public bool IsInternal { get; init; }

    /// <summary>What the client has allowed, such as <c>network.host</c>.</summary>
    public IReadOnlyList<string> Entitlements { get; init; } = [];

    /// <summary>Whether it tells why steps run whose results were not in the cache: as warnings, by <see cref="BuildReasons.Url"/>.</summary>
    public bool IsExplained { get; init; }

    /// <summary>Which sources it may have, and which stand for others; null for all as they are.</summary>
    public SourcePolicy? Policy { get; init; }
}

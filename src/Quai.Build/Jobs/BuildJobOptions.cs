using Quai.Build.Sessions;

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
}

using Quai.BuildClient.Layouts;

namespace Quai.BuildClient.Sessions;

/// <summary>What a client's session offers to a build.</summary>
public sealed record SessionContents
{
    /// <summary>Who the client is over several builds, so that a builder need not be sent again what it has; empty for nobody in particular.</summary>
    public string SharedKey { get; init; } = "";

    /// <summary>Folders by name: <c>context</c>, <c>dockerfile</c> and named contexts.</summary>
    public IReadOnlyDictionary<string, string> Folders { get; init; } = new Dictionary<string, string>();

    /// <summary>Archives by id, each to be sent once.</summary>
    public IReadOnlyDictionary<string, Stream> Archives { get; init; } = new Dictionary<string, Stream>();

    /// <summary>Credentials for registries; null for none.</summary>
    public IRegistryLogins? Logins { get; init; }

    /// <summary>Secrets.</summary>
    public IReadOnlyCollection<SecretSource> Secrets { get; init; } = [];

    /// <summary>Agents of ssh.</summary>
    public IReadOnlyCollection<AgentSource> Agents { get; init; } = [];

    /// <summary>Folders in OCI layout, by the names that the builder knows: caches, contexts, and images that it writes.</summary>
    public IReadOnlyDictionary<string, LayoutFolder> Layouts { get; init; } = new Dictionary<string, LayoutFolder>();

    /// <summary>Where results go, one for each export in its order; null for one that stays with the builder.</summary>
    public IReadOnlyList<OutputTarget?> Targets { get; init; } = [];
}

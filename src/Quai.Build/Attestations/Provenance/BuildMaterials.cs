using Quai.Oci.Images;

namespace Quai.Build.Attestations.Provenance;

/// <summary>What a result was made of, and what its making was given.</summary>
internal sealed class BuildMaterials
{
    private readonly SortedDictionary<string, bool> _secrets = new(StringComparer.Ordinal), _agents = new(StringComparer.Ordinal);

    /// <summary>Images, by their package URLs.</summary>
    public SortedDictionary<string, Digest> Images { get; } = new(StringComparer.Ordinal);

    /// <summary>Commits, by their repositories' addresses.</summary>
    public SortedDictionary<string, string> Commits { get; } = new(StringComparer.Ordinal);

    /// <summary>Files of servers, by their addresses.</summary>
    public SortedDictionary<string, Digest> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The names of the client's directories.</summary>
    public SortedSet<string> Directories { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a program was run that had a network.</summary>
    public bool HasNetwork { get; set; }

    /// <summary>Secrets by their names, and whether they may be missing.</summary>
    public IReadOnlyCollection<KeyValuePair<string, bool>> Secrets => _secrets;

    /// <summary>Agents of ssh by their names, and whether they may be missing.</summary>
    public IReadOnlyCollection<KeyValuePair<string, bool>> Agents => _agents;

    /// <summary>Adds a secret; one that is needed once is needed.</summary>
    public void AddSecret(string id, bool isOptional) => _secrets[id] = isOptional && _secrets.GetValueOrDefault(id, true);

    /// <summary>Adds an agent of ssh.</summary>
    public void AddAgent(string id, bool isOptional) => _agents[id] = isOptional && _agents.GetValueOrDefault(id, true);
}

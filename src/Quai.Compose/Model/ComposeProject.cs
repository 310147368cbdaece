using Quai.Compose.Yaml;

namespace Quai.Compose.Model;

/// <summary>A project: everything that its compose files say, resolved.</summary>
public sealed record ComposeProject
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder that relative paths start from.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The files that it was read from.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The profiles that are enabled.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>The environment that variables were taken from.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = Nothing.Texts;

    /// <summary>The services that are enabled, by name.</summary>
    public IReadOnlyDictionary<string, ComposeService> Services { get; init; } = new Dictionary<string, ComposeService>();

    /// <summary>The services that no enabled profile has, by name.</summary>
    public IReadOnlyDictionary<string, ComposeService> DisabledServices { get; init; } = new Dictionary<string, ComposeService>();

    /// <summary>The networks, by name in the project.</summary>
    public IReadOnlyDictionary<string, ComposeNetwork> Networks { get; init; } = new Dictionary<string, ComposeNetwork>();

    /// <summary>The volumes, by name in the project.</summary>
    public IReadOnlyDictionary<string, ComposeVolume> Volumes { get; init; } = new Dictionary<string, ComposeVolume>();

    /// <summary>The secrets, by name in the project.</summary>
    public IReadOnlyDictionary<string, ComposeFileObject> Secrets { get; init; } = new Dictionary<string, ComposeFileObject>();

    /// <summary>The configs, by name in the project.</summary>
    public IReadOnlyDictionary<string, ComposeFileObject> Configs { get; init; } = new Dictionary<string, ComposeFileObject>();

    /// <summary>The language models, by name in the project.</summary>
    public IReadOnlyDictionary<string, ComposeModel> Models { get; init; } = new Dictionary<string, ComposeModel>();

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    /// <summary>Where services, networks, volumes, secrets and configs are written, by <c>networks.NAME</c>.</summary>
    public IReadOnlyDictionary<string, ComposePlace> Places { get; init; } = new Dictionary<string, ComposePlace>();

    /// <summary>What is odd but not wrong.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>All services, by name, whether they are enabled or not.</summary>
    public IEnumerable<ComposeService> AllServices => Services.Values.Concat(DisabledServices.Values).OrderBy(service => service.Name, StringComparer.Ordinal);
}

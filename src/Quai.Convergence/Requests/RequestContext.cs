using Quai.Compose.Model;

namespace Quai.Convergence.Requests;

/// <summary>What requests need to know beside a project's files.</summary>
public sealed record RequestContext
{
    /// <summary>The version of this program, for labels.</summary>
    public required string Version { get; init; }

    /// <summary>Variables of proxies that all containers get, unless their services set them.</summary>
    public IReadOnlyList<(string Name, string Value)> Proxies { get; init; } = [];

    /// <summary>The files of variables that the user named.</summary>
    public IReadOnlyList<string> EnvironmentFiles { get; init; } = [];

    /// <summary>The platform of services that name none; empty for the engine's.</summary>
    public string DefaultPlatform { get; init; } = "";

    /// <summary>The labels of everything of a project.</summary>
    internal Dictionary<string, string> Labels(ComposeProject project) => new() { [ComposeLabels.Project] = project.Name, [ComposeLabels.Version] = Version };
}

using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>How a service is deployed.</summary>
public sealed record ServiceDeployment
{
    /// <summary><c>global</c> or <c>replicated</c>.</summary>
    public string Mode { get; init; } = "";

    /// <summary>How many containers there are; null if nothing was said.</summary>
    public long? Replicas { get; init; }

    /// <summary>Labels of the service.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Nothing.Texts;

    /// <summary>How it is updated.</summary>
    public UpdatePolicy? Update { get; init; }

    /// <summary>How an update is taken back.</summary>
    public UpdatePolicy? Rollback { get; init; }

    /// <summary>What it may use and needs.</summary>
    public ResourceSet Resources { get; init; } = new();

    /// <summary>When containers are restarted.</summary>
    public RestartPolicy? RestartPolicy { get; init; }

    /// <summary>Where containers run.</summary>
    public Placement Placement { get; init; } = new();

    /// <summary>How it is found.</summary>
    public string EndpointMode { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceDeployment Read(ComposeMapping node) => new()
    {
        Mode = node.Text("mode"),
        Replicas = node.NumberOrNull("replicas"),
        Labels = node.TextMap("labels"),
        Update = node.One("update_config", UpdatePolicy.Read),
        Rollback = node.One("rollback_config", UpdatePolicy.Read),
        Resources = node.One("resources", ResourceSet.Read) ?? new(),
        RestartPolicy = node.One("restart_policy", RestartPolicy.Read),
        Placement = node.One("placement", Placement.Read) ?? new(),
        EndpointMode = node.Text("endpoint_mode"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("mode", Mode)
        .NumberOrNull("replicas", Replicas)
        .TextMap("labels", Labels)
        .One("update_config", Update?.Write(json))
        .One("rollback_config", Rollback?.Write(json))
        .Value("resources", Resources.Write(json))
        .One("restart_policy", RestartPolicy?.Write(json))
        .Value("placement", Placement.Write(json))
        .Text("endpoint_mode", EndpointMode)
        .Extensions(Extensions)
        .Done();
}

using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>What a service waits for.</summary>
public sealed record ServiceDependency
{
    /// <summary><c>service_started</c>, <c>service_healthy</c> or <c>service_completed_successfully</c>.</summary>
    public string Condition { get; init; } = "";

    /// <summary>Whether it is restarted with the other.</summary>
    public bool Restart { get; init; }

    /// <summary>Whether the other must be there.</summary>
    public bool Required { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static ServiceDependency Read(ComposeMapping node) => new()
    {
        Condition = node.Text("condition"),
        Restart = node.Flag("restart"),
        Required = node.Flag("required"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("condition", Condition)
        .Flag("restart", Restart)
        .FlagAlways("required", Required)
        .Extensions(Extensions)
        .Done();
}

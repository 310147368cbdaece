using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>How containers are replaced.</summary>
public sealed record UpdatePolicy
{
    /// <summary>How many at a time; null if nothing was said.</summary>
    public long? Parallelism { get; init; }

    /// <summary>The time between them.</summary>
    public GoDuration Delay { get; init; }

    /// <summary>What is done when it fails.</summary>
    public string FailureAction { get; init; } = "";

    /// <summary>How long a container is watched.</summary>
    public GoDuration Monitor { get; init; }

    /// <summary>How many may fail.</summary>
    public float MaxFailureRatio { get; init; }

    /// <summary><c>start-first</c> or <c>stop-first</c>.</summary>
    public string Order { get; init; } = "";

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static UpdatePolicy Read(ComposeMapping node) => new()
    {
        Parallelism = node.NumberOrNull("parallelism"),
        Delay = node.Duration("delay"),
        FailureAction = node.Text("failure_action"),
        Monitor = node.Duration("monitor"),
        MaxFailureRatio = node.Real("max_failure_ratio"),
        Order = node.Text("order"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .NumberOrNull("parallelism", Parallelism)
        .Duration("delay", Delay)
        .Text("failure_action", FailureAction)
        .Duration("monitor", Monitor)
        .Real("max_failure_ratio", MaxFailureRatio)
        .Text("order", Order)
        .Extensions(Extensions)
        .Done();
}

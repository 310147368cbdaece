using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Deploying;

/// <summary>When containers are restarted.</summary>
public sealed record RestartPolicy
{
    /// <summary><c>none</c>, <c>on-failure</c> or <c>any</c>.</summary>
    public string Condition { get; init; } = "";

    /// <summary>The time before.</summary>
    public GoDuration? Delay { get; init; }

    /// <summary>How often it is tried.</summary>
    public long? MaxAttempts { get; init; }

    /// <summary>How long it must run to have succeeded.</summary>
    public GoDuration? Window { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static RestartPolicy Read(ComposeMapping node) => new()
    {
        Condition = node.Text("condition"),
        Delay = node.DurationOrNull("delay"),
        MaxAttempts = node.NumberOrNull("max_attempts"),
        Window = node.DurationOrNull("window"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Text("condition", Condition)
        .DurationOrNull("delay", Delay)
        .NumberOrNull("max_attempts", MaxAttempts)
        .DurationOrNull("window", Window)
        .Extensions(Extensions)
        .Done();
}

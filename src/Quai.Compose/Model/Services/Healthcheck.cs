using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Services;

/// <summary>How health is checked.</summary>
public sealed record Healthcheck
{
    /// <summary>The command, its kind first.</summary>
    public IReadOnlyList<string> Test { get; init; } = [];

    /// <summary>How long a check may take.</summary>
    public GoDuration? Timeout { get; init; }

    /// <summary>The time between checks.</summary>
    public GoDuration? Interval { get; init; }

    /// <summary>How many failures in a row make unhealthy.</summary>
    public long? Retries { get; init; }

    /// <summary>How long failures do not count after the start.</summary>
    public GoDuration? StartPeriod { get; init; }

    /// <summary>The time between checks in that period.</summary>
    public GoDuration? StartInterval { get; init; }

    /// <summary>Whether there are no checks.</summary>
    public bool Disable { get; init; }

    /// <summary>What begins with <c>x-</c>.</summary>
    public IReadOnlyDictionary<string, ComposeNode> Extensions { get; init; } = Nothing.Nodes;

    internal static Healthcheck Read(ComposeMapping node) => new()
    {
        Test = node.Test("test"),
        Timeout = node.DurationOrNull("timeout"),
        Interval = node.DurationOrNull("interval"),
        Retries = node.NumberOrNull("retries"),
        StartPeriod = node.DurationOrNull("start_period"),
        StartInterval = node.DurationOrNull("start_interval"),
        Disable = node.Flag("disable"),
        Extensions = node.Extensions(),
    };

    internal ComposeMapping Write(bool json) => new StructWriter(json)
        .Texts("test", Test)
        .DurationOrNull("timeout", Timeout)
        .DurationOrNull("interval", Interval)
        .NumberOrNull("retries", Retries)
        .DurationOrNull("start_period", StartPeriod)
        .DurationOrNull("start_interval", StartInterval)
        .Flag("disable", Disable)
        .Extensions(Extensions)
        .Done();
}

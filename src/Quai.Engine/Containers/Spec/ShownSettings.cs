namespace Quai.Engine.Containers.Spec;

/// <summary>Settings that mean nothing on Linux or to an engine. As in Docker they are kept and shown again.</summary>
public sealed record ShownSettings
{
    /// <summary>A file of the client's.</summary>
    public string ContainerIdFile { get; init; } = "";

    /// <summary>The cgroup of long ago.</summary>
    public string Cgroup { get; init; } = "";

    /// <summary>Windows' isolation; here empty or <c>default</c>.</summary>
    public string Isolation { get; init; } = "";

    /// <summary>Whether Windows finds its arguments escaped.</summary>
    public bool? ArgsEscaped { get; init; }

    /// <summary>Windows' processors.</summary>
    public long CpuCount { get; init; }

    /// <summary>Windows' share of them.</summary>
    public long CpuPercent { get; init; }

    /// <summary>Windows' requests a second.</summary>
    public ulong IOMaximumIOps { get; init; }

    /// <summary>Windows' bytes a second.</summary>
    public ulong IOMaximumBandwidth { get; init; }
}

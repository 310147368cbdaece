namespace Quai.Engine.Containers.Spec;

/// <summary>Settings that have no meaning on Linux or for an engine. As in Docker they are kept and shown again.</summary>
public sealed record ShownSettings
{
    /// <summary>A file on the client.</summary>
    public string ContainerIdFile { get; init; } = "";

    /// <summary>The obsolete cgroup setting.</summary>
    public string Cgroup { get; init; } = "";

    /// <summary>Windows' isolation; here empty or <c>default</c>.</summary>
    public string Isolation { get; init; } = "";

    /// <summary>Whether arguments are already escaped, on Windows.</summary>
    public bool? ArgsEscaped { get; init; }

    /// <summary>Windows' processors.</summary>
    public long CpuCount { get; init; }

    /// <summary>Windows' share of them.</summary>
    public long CpuPercent { get; init; }

    /// <summary>Windows' I/O requests per second.</summary>
    public ulong IOMaximumIOps { get; init; }

    /// <summary>Windows' bytes per second.</summary>
    public ulong IOMaximumBandwidth { get; init; }
}

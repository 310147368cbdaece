namespace Quai.Cdi;

/// <summary>A device node that a container gets. What is not given is as the host's node has it.</summary>
/// <param name="Path">Its path in the container.</param>
/// <param name="HostPath">The host's node.</param>
public sealed record InjectedNode(string Path, string HostPath)
{
    /// <summary><c>b</c> or <c>c</c>; null for as the host has it.</summary>
    public string? Type { get; init; }

    /// <summary>Its numbers; null for those of the host's.</summary>
    public (long Major, long Minor)? Numbers { get; init; }

    /// <summary>Its permission bits.</summary>
    public uint? FileMode { get; init; }

    /// <summary>Its owner.</summary>
    public uint? Uid { get; init; }

    /// <summary>Its group.</summary>
    public uint? Gid { get; init; }

    /// <summary>Any of <c>r</c>, <c>w</c> and <c>m</c>.</summary>
    public string Access { get; init; } = "rwm";
}

using Quai.Dockerfiles.Instructions.Reading;

namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>Something that is mounted while a RUN runs.</summary>
public sealed record RunMount
{
    /// <summary>What it is.</summary>
    public MountKind Kind { get; init; }

    /// <summary>The stage or image that its files are of; empty for none.</summary>
    public string From { get; init; } = "";

    /// <summary>The path in there; a secret's id.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where it is mounted.</summary>
    public string Target { get; init; } = "";

    /// <summary>Whether it cannot be written.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether the build fails without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The id of a cache, secret or agent; empty for the default.</summary>
    public string Id { get; init; } = "";

    /// <summary>Who may use a cache at once: <c>shared</c>, <c>private</c>, <c>locked</c>; empty for the default.</summary>
    public string Sharing { get; init; } = "";

    /// <summary>The variable that a secret is the value of; null for none.</summary>
    public string? Variable { get; init; }

    /// <summary>The most bytes in memory; 0 for no limit.</summary>
    public long Size { get; init; }

    /// <summary>Permission bits; null for the default.</summary>
    public uint? Mode { get; init; }

    /// <summary>The owner; null for the default.</summary>
    public uint? Uid { get; init; }

    /// <summary>The group; null for the default.</summary>
    public uint? Gid { get; init; }

    /// <summary>Reads the value of a <c>--mount</c>.</summary>
    /// <param name="text">The value.</param>
    /// <param name="lines">Where it is.</param>
    /// <param name="expand">Gives variables their values.</param>
    /// <exception cref="DockerfileException">It is malformed.</exception>
    public static RunMount Read(string text, LineRange lines, Func<string, string> expand) => new MountReader(lines).Read(text, expand);
}

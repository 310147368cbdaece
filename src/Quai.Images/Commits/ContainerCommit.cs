using Quai.Oci.Images;

namespace Quai.Images;

/// <summary>An image to be made from a container's changes.</summary>
public sealed record ContainerCommit
{
    /// <summary>The container's id: its snapshot's key.</summary>
    public required string Key { get; init; }

    /// <summary>The image that the container was created from.</summary>
    public required string ParentId { get; init; }

    /// <summary>A name for the new image, or null.</summary>
    public string? Repository { get; init; }

    /// <summary>Its tag; null for the one in the name, or else latest.</summary>
    public string? Tag { get; init; }

    /// <summary>The author.</summary>
    public string Author { get; init; } = "";

    /// <summary>A description.</summary>
    public string Comment { get; init; } = "";

    /// <summary>What ran in the container, for the history.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>The initial configuration; changed in place.</summary>
    public required ExecutionConfig Config { get; init; }

    /// <summary>The container's, which completes it.</summary>
    public required ExecutionConfig ContainerConfig { get; init; }

    /// <summary>Lines as in a Dockerfile, applied before the container's configuration completes it.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Paths, without a leading slash, that starting the container created: they are left out.</summary>
    public IReadOnlySet<string> LeftOut { get; init; } = new HashSet<string>();

    /// <summary>Called as soon as the container's files have been read and it may continue.</summary>
    public Func<Task>? FilesRead { get; init; }
}

namespace Quai.Client.Images;

/// <summary>Settings for an image made from a container.</summary>
/// <param name="Container">The container.</param>
public sealed record CommitOptions(string Container)
{
    /// <summary>The image's repository; empty for none.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The image's tag; empty for the default.</summary>
    public string Tag { get; init; } = "";

    /// <summary>The author.</summary>
    public string Author { get; init; } = "";

    /// <summary>A description.</summary>
    public string Message { get; init; } = "";

    /// <summary>Dockerfile instructions that are applied to its configuration.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Whether the container is paused meanwhile.</summary>
    public bool Pause { get; init; } = true;
}

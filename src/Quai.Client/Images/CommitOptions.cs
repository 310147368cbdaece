namespace Quai.Client.Images;

/// <summary>What an image that is made of a container is to be.</summary>
/// <param name="Container">The container.</param>
public sealed record CommitOptions(string Container)
{
    /// <summary>The image's repository; empty for none.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The image's tag; empty for the usual one.</summary>
    public string Tag { get; init; } = "";

    /// <summary>Who made it.</summary>
    public string Author { get; init; } = "";

    /// <summary>What it is.</summary>
    public string Message { get; init; } = "";

    /// <summary>Dockerfile instructions that are applied to its configuration.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Whether the container is paused meanwhile.</summary>
    public bool Pause { get; init; } = true;
}

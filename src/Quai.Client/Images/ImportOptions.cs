namespace Quai.Client.Images;

/// <summary>What an image that is made of an archive is to be.</summary>
/// <param name="Source">The archive's address; <c>-</c> where it is sent along.</param>
public sealed record ImportOptions(string Source)
{
    /// <summary>The image's repository; empty for none.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The image's tag; empty for the usual one.</summary>
    public string Tag { get; init; } = "";

    /// <summary>What it is.</summary>
    public string Message { get; init; } = "";

    /// <summary>Its platform, <c>os/architecture/variant</c>; empty for the daemon's.</summary>
    public string Platform { get; init; } = "";

    /// <summary>Dockerfile instructions that are applied to its configuration.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];
}

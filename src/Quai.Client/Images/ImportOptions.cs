namespace Quai.Client.Images;

/// <summary>Settings for an image made from an archive.</summary>
/// <param name="Source">The archive's address; <c>-</c> if it is sent in the request.</param>
public sealed record ImportOptions(string Source)
{
    /// <summary>The image's repository; empty for none.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The image's tag; empty for the default.</summary>
    public string Tag { get; init; } = "";

    /// <summary>A description.</summary>
    public string Message { get; init; } = "";

    /// <summary>Its platform, <c>os/architecture/variant</c>; empty for the daemon's.</summary>
    public string Platform { get; init; } = "";

    /// <summary>Dockerfile instructions that are applied to its configuration.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];
}

namespace Quai.Cli.Compose.Images;

/// <summary>What is to happen to the images of services before containers are made from them.</summary>
internal sealed record ImageDemands
{
    /// <summary>Whether images are built even if they are there.</summary>
    public bool Builds { get; init; }

    /// <summary>Whether no image is built.</summary>
    public bool NeverBuilds { get; init; }

    /// <summary>When images are pulled, instead of what services say; empty for what they say.</summary>
    public string Pull { get; init; } = "";

    /// <summary>Whether pulls show no layers.</summary>
    public bool IsPullQuiet { get; init; }

    /// <summary>Whether builds show nothing.</summary>
    public bool IsBuildQuiet { get; init; }

    /// <summary>The services whose images are built if <see cref="Builds"/> says so; none for all.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];
}

namespace Quai.Cli.Compose.Images;

/// <summary>How images of services are built.</summary>
internal sealed record ImageBuildOptions
{
    /// <summary>Whether nothing is shown.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Whether base images are pulled.</summary>
    public bool Pulls { get; init; }

    /// <summary>Whether caches are ignored.</summary>
    public bool NoCache { get; init; }

    /// <summary>Whether images are pushed.</summary>
    public bool Pushes { get; init; }

    /// <summary>The builder; empty for the usual one.</summary>
    public string Builder { get; init; } = "";

    /// <summary>Build arguments, as <c>NAME=VALUE</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

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

    /// <summary>Whether the files of builds are checked instead of built.</summary>
    public bool IsChecked { get; init; }

    /// <summary>How provenance is attested; empty for as the files say.</summary>
    public string Provenance { get; init; } = "";

    /// <summary>How packages are attested; empty for as the files say.</summary>
    public string Sbom { get; init; } = "";

    /// <summary>An agent of ssh beside those of the files, as <c>default</c>, <c>ID=SOCKET</c> or <c>ID=KEY</c>; empty for none.</summary>
    public string Ssh { get; init; } = "";

    /// <summary>The builder; empty for the usual one.</summary>
    public string Builder { get; init; } = "";

    /// <summary>Build arguments, as <c>NAME=VALUE</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

namespace Quai.Cli.Compose.Watching;

/// <summary>How a project is watched.</summary>
internal sealed record WatchOptions
{
    /// <summary>Whether builds are not shown.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Whether images that a build has left without a name are removed.</summary>
    public bool Prunes { get; init; } = true;

    /// <summary>Whether images must not be built.</summary>
    public bool NeverBuilds { get; init; }
}

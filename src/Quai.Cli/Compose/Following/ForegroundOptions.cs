namespace Quai.Cli.Compose.Following;

/// <summary>How a project runs in the foreground.</summary>
internal sealed record ForegroundOptions
{
    /// <summary>The services whose output is shown; null for all.</summary>
    public IReadOnlyCollection<string>? Attached { get; init; }

    /// <summary>Whether all containers are stopped when one ends.</summary>
    public bool StopsAtExit { get; init; }

    /// <summary>Whether all containers are stopped when one fails.</summary>
    public bool StopsAtFailure { get; init; }

    /// <summary>The service whose exit code is returned; empty for none.</summary>
    public string ExitCodeFrom { get; init; } = "";

    /// <summary>Whether lines have the time before them.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Whether output has no colours.</summary>
    public bool NoColour { get; init; }

    /// <summary>Whether lines have no names before them.</summary>
    public bool NoPrefix { get; init; }

    /// <summary>Prepares to watch files whenever a key is pressed for it, and whether it is to be begun at once; null for no keys.</summary>
    public (Func<Watching.WatchSession> Open, bool BeginsAtOnce)? Menu { get; init; }

    /// <summary>Watches files as long as the project runs, and gives what it says to the first argument; null for nothing. Then the end of all containers is not the end: changes may start them again.</summary>
    public Func<Action<string>, CancellationToken, Task>? Watch { get; init; }
}

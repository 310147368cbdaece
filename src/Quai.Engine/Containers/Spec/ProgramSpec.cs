namespace Quai.Engine.Containers.Spec;

/// <summary>The first program of a container.</summary>
public sealed record ProgramSpec
{
    /// <summary>The program that receives the command; null for none.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>The command, or the entrypoint's arguments.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Variables as <c>NAME=value</c>; a name alone removes a default.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>Its working directory; empty for the root.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Names or numbers as <c>user[:group]</c>; empty for root. Resolved from the container's files at its start.</summary>
    public string User { get; init; } = "";

    /// <summary>Supplementary groups, names or numbers.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Whether it has a terminal.</summary>
    public bool Terminal { get; init; }

    /// <summary>The terminal's initial height and width; zeros if not given.</summary>
    public IReadOnlyList<uint> ConsoleSize { get; init; } = [0, 0];

    /// <summary>Whether its input is an open pipe.</summary>
    public bool OpenStdin { get; init; }

    /// <summary>Whether that pipe closes with the first client that attached.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Whether the client that creates it means to attach to its input. Only shown, like the next two.</summary>
    public bool AttachStdin { get; init; }

    /// <summary>The same for its output.</summary>
    public bool AttachStdout { get; init; }

    /// <summary>The same for its error output.</summary>
    public bool AttachStderr { get; init; }

    /// <summary>The stop signal as written in the request or the image; null for SIGTERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>The stop signal's number. An invalid signal from an image becomes SIGTERM, as in Docker.</summary>
    public int StopSignalNumber { get; init; } = 15;

    /// <summary>Seconds between the stop signal and SIGKILL; null for the daemon's ten.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>The shell that runs commands given as one string.</summary>
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>Whether it runs under an init; null for the daemon's default.</summary>
    public bool? Init { get; init; }

    /// <summary>The kernel's out-of-memory score adjustment, -1000 to 1000.</summary>
    public int OomScoreAdjustment { get; init; }

    /// <summary>Program and arguments: the entrypoint followed by the command.</summary>
    public IReadOnlyList<string> Line() => [.. Entrypoint ?? [], .. Command ?? []];
}

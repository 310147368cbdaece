namespace Quai.Engine.Containers.Spec;

/// <summary>The first program of a container.</summary>
public sealed record ProgramSpec
{
    /// <summary>What the command is given to; null for nothing.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>The command, or the entrypoint's arguments.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Variables as <c>NAME=value</c>; a name alone takes a default away.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>Where it starts; empty for the root.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Names or numbers as <c>user[:group]</c>; empty for root. Who that is, the container's files tell at its start.</summary>
    public string User { get; init; } = "";

    /// <summary>Further groups, names or numbers.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Whether it has a terminal.</summary>
    public bool Terminal { get; init; }

    /// <summary>The terminal's height and width at the start; zeros for not said.</summary>
    public IReadOnlyList<uint> ConsoleSize { get; init; } = [0, 0];

    /// <summary>Whether its input is a pipe that is open.</summary>
    public bool OpenStdin { get; init; }

    /// <summary>Whether that pipe ends with the first client that attached.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Whether the client that makes it means to attach to its input. Shown only, as are the next two.</summary>
    public bool AttachStdin { get; init; }

    /// <summary>The same of its output.</summary>
    public bool AttachStdout { get; init; }

    /// <summary>The same of its error output.</summary>
    public bool AttachStderr { get; init; }

    /// <summary>The stop signal in the words of the request or the image; null for SIGTERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>The stop signal's number. What an image says and no kernel knows is SIGTERM, as in Docker.</summary>
    public int StopSignalNumber { get; init; } = 15;

    /// <summary>Seconds between the stop signal and SIGKILL; null for the daemon's ten.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>What runs commands that are one text.</summary>
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>Whether it runs below an init; null for as the daemon does it.</summary>
    public bool? Init { get; init; }

    /// <summary>How gladly the kernel kills it when memory runs out, -1000 to 1000.</summary>
    public int OomScoreAdjustment { get; init; }

    /// <summary>Program and arguments: the entrypoint and the command, one after the other.</summary>
    public IReadOnlyList<string> Line() => [.. Entrypoint ?? [], .. Command ?? []];
}

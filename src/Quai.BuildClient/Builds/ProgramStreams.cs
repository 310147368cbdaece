namespace Quai.BuildClient.Builds;

/// <summary>The streams of a program among a step's files.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">Takes what it writes; of a terminal, all of it.</param>
/// <param name="Error">Takes what it writes to its standard error, and why it could not be started.</param>
public sealed record ProgramStreams(Stream Input, Stream Output, Stream Error)
{
    /// <summary>Whether it has a terminal.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Is called when it has started, with what tells it the size of its terminal in rows and columns.</summary>
    public Action<Func<int, int, Task>>? Started { get; init; }
}

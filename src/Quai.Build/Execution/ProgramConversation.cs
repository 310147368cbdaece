using System.IO.Pipelines;

namespace Quai.Build.Execution;

/// <summary>The streams of a program that somebody speaks with.</summary>
/// <param name="Output">Takes what it writes, and of which stream: 1 or 2; a terminal has only the first. The program waits until it is taken.</param>
public sealed record ProgramConversation(Func<int, ReadOnlyMemory<byte>, CancellationToken, ValueTask> Output)
{
    /// <summary>What it reads; null where its standard input ends at once.</summary>
    public PipeReader? Input { get; init; }

    /// <summary>Whether it has a terminal.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Is given the program when it has started.</summary>
    public Action<IProgramControl>? Started { get; init; }
}

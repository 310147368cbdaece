namespace Quai.Build.Progress;

/// <summary>A piece of a step's output.</summary>
/// <param name="Vertex">The step's digest.</param>
/// <param name="Stream">1 for standard output, 2 for standard error.</param>
/// <param name="Bytes">The piece; lines need not be whole.</param>
/// <param name="At">When it came.</param>
public sealed record LogEvent(string Vertex, int Stream, ReadOnlyMemory<byte> Bytes, DateTimeOffset At) : BuildEvent;

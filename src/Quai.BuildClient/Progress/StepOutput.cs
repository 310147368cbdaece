namespace Quai.BuildClient.Progress;

/// <summary>What a step's program printed.</summary>
/// <param name="Step">The step's id.</param>
/// <param name="Stream">1 for its output, 2 for its errors.</param>
/// <param name="Bytes">A piece, which need not end with a line.</param>
/// <param name="At">When.</param>
public sealed record StepOutput(string Step, long Stream, ReadOnlyMemory<byte> Bytes, DateTimeOffset At);

namespace Quai.Build.History;

/// <summary>What is kept of a build besides its record.</summary>
/// <param name="Log">Its progress, as BuildKit keeps it: messages, each with its length before it.</param>
/// <param name="Trace">Its steps in time, as OpenTelemetry has it; a document in JSON for each.</param>
/// <param name="Error">How it failed, with details; null where it did not.</param>
public sealed record HistoryBlobs(ReadOnlyMemory<byte> Log, ReadOnlyMemory<byte> Trace, ReadOnlyMemory<byte>? Error)
{
    /// <summary>How each result was made, by its key; empty for the only one.</summary>
    public IReadOnlyList<(string Key, byte[] Document)> Provenance { get; init; } = [];
}

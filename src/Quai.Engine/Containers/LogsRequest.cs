namespace Quai.Engine.Containers;

/// <summary>Which part of a log to send. Times are inclusive; Tail null for all lines.</summary>
public sealed record LogsRequest(bool Stdout, bool Stderr, bool Follow, bool Timestamps, bool Details, DateTimeOffset? Since, DateTimeOffset? Until, long? Tail);

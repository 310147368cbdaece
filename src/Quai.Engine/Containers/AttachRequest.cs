namespace Quai.Engine.Containers;

/// <summary>Which streams to connect. Logs: send the log so far first; Stream: then go on live. Detach keys in Docker's notation (<c>ctrl-p,ctrl-q</c>), null for that default.</summary>
public sealed record AttachRequest(bool Stdin, bool Stdout, bool Stderr, bool Logs, bool Stream, string? DetachKeys);

namespace Quai.Engine.Containers;

/// <summary>Which streams to connect. Logs: send the log so far first; Stream: then continue live. Detach keys in Docker's notation (<c>ctrl-p,ctrl-q</c>), null for the default.</summary>
public sealed record AttachRequest(bool Stdin, bool Stdout, bool Stderr, bool Logs, bool Stream, string? DetachKeys);

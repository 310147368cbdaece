namespace Quai.Cli.Compose.Watching;

/// <summary>A file or folder that a rule is about.</summary>
/// <param name="Path">Its path on this machine, absolute.</param>
/// <param name="Target">Its path in containers, absolute; empty if the rule copies nothing.</param>
internal sealed record WatchedFile(string Path, string Target);

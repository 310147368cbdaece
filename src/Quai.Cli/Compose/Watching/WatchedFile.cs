namespace Quai.Cli.Compose.Watching;

/// <summary>A file or folder that a rule is about.</summary>
/// <param name="Path">Its path on this machine, absolute.</param>
/// <param name="Target">Its path in containers, absolute; empty if the rule copies nothing.</param>
/// <param name="IsRoot">Whether it is what the rule names itself: that replaces no folder of the container by a file, as the folder may be another's.</param>
internal sealed record WatchedFile(string Path, string Target, bool IsRoot);

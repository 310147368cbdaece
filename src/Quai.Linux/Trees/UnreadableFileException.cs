namespace Quai.Linux.Trees;

/// <summary>A file that was to be read is not a readable one.</summary>
/// <param name="path">The path as its root sees it.</param>
/// <param name="reason">Why.</param>
public sealed class UnreadableFileException(string path, string reason) : Exception($"read {path}: {reason}");

namespace Quai.Linux.Trees;

/// <summary>An entry of a directory.</summary>
/// <param name="Name">Its name, NUL-terminated.</param>
/// <param name="Status">Its status.</param>
/// <param name="HasAttributes">Whether it is a regular file with extended attributes; false where its file system has none, or nobody asked.</param>
public readonly record struct FoundEntry(byte[] Name, NodeStatus Status, bool HasAttributes);

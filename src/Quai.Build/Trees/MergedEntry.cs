using Quai.Linux.Trees;

namespace Quai.Build.Trees;

/// <summary>An entry of a directory that several layers make together.</summary>
/// <param name="Status">What it is.</param>
/// <param name="Layer">Which of the directory's layers has it: 0 is the topmost.</param>
internal readonly record struct MergedEntry(NodeStatus Status, int Layer);

using Quai.Build.Trees;

namespace Quai.Build.Solving.Keys;

/// <summary>The files of an input that count.</summary>
/// <param name="Text">Which they are: the same text is the same choice.</param>
/// <param name="DigestOf">Their digest in a tree.</param>
internal sealed record Selection(string Text, Func<MergedTree, TreeDigest, byte[]> DigestOf);

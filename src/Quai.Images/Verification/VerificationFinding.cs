namespace Quai.Images.Verification;

/// <summary>One problem found by verification.</summary>
/// <param name="Kind"><c>blob</c>, <c>layer</c>, <c>image</c>, <c>container</c>, or <c>file</c> for what nobody owns.</param>
/// <param name="Name">Digest, chain id, id or path.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="NeededBy">Names (or else ids) of the images, or ids of the containers, that need it.</param>
public sealed record VerificationFinding(string Kind, string Name, string Problem, IReadOnlyList<string> NeededBy);

using Quai.Dockerfiles;

namespace Quai.Frontend.Practices;

/// <summary>A place that does not follow a practice.</summary>
/// <param name="Practice">The practice.</param>
/// <param name="Lines">Where it is.</param>
/// <param name="Detail">What it is, in a sentence.</param>
/// <param name="Better">The lines as they would be better.</param>
/// <param name="IsExact">Whether these lines can be put in as they are; otherwise a word in capitals stands for what only the author knows.</param>
internal sealed record PracticeFinding(Practice Practice, LineRange Lines, string Detail, string Better, bool IsExact);

using Quai.Dockerfiles;

namespace Quai.Frontend.Checks;

/// <summary>Something that a check found.</summary>
/// <param name="Rule">The check.</param>
/// <param name="Lines">Where it is.</param>
/// <param name="Detail">What it is, in a sentence.</param>
internal sealed record Finding(CheckRule Rule, LineRange Lines, string Detail);

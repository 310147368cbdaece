using Quai.Dockerfiles;

namespace Quai.Frontend.Checks;

/// <summary>Something that a check found.</summary>
/// <param name="Rule">The check.</param>
/// <param name="Message">What.</param>
/// <param name="Lines">Where; none for the whole file.</param>
internal sealed record Finding(CheckRule Rule, string Message, LineRange Lines);

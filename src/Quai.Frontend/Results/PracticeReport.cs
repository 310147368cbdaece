namespace Quai.Frontend.Results;

/// <summary>What practices and checks found.</summary>
/// <param name="Practices">The places that do not follow practices.</param>
/// <param name="Warnings">What the checks found.</param>
/// <param name="Sources">The file.</param>
/// <param name="BuildError">Why it could not be read to its end; null if it could.</param>
internal sealed record PracticeReport(IReadOnlyList<PracticeEntry> Practices, IReadOnlyList<LintFinding> Warnings, IReadOnlyList<LintSource> Sources, LintError? BuildError);

/// <summary>A place that does not follow a practice.</summary>
/// <param name="Name">The practice.</param>
/// <param name="Level"><c>warning</c>, or <c>note</c> for a hint.</param>
/// <param name="Summary">What to do, in a few words.</param>
/// <param name="Reason">Why.</param>
/// <param name="Url">Where more is written, in Quai's documentation.</param>
/// <param name="Detail">What there is, in a sentence.</param>
/// <param name="Better">The lines as they would be better.</param>
/// <param name="IsExact">Whether these lines can be put in as they are.</param>
/// <param name="Location">Where it is.</param>
internal sealed record PracticeEntry(string Name, string Level, string Summary, string Reason, string Url, string Detail, string Better, bool IsExact, ReportPlace Location);

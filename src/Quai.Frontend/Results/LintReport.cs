namespace Quai.Frontend.Results;

/// <summary>What the checks found.</summary>
internal sealed record LintReport(IReadOnlyList<LintFinding> Warnings, IReadOnlyList<LintSource> Sources, LintError? BuildError);

/// <summary>One thing that a check found.</summary>
internal sealed record LintFinding(string RuleName, string Description, string? Url, string Detail, ReportPlace Location);

/// <summary>The file that was checked.</summary>
internal sealed record LintSource(string Filename, byte[] Data, string Language);

/// <summary>Why the file could not be checked to its end.</summary>
internal sealed record LintError(string Message, ReportPlace Location);

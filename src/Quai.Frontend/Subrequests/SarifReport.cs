using System.Text;
using Quai.Dockerfiles;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Contexts;
using Quai.Frontend.Practices;
using Quai.Frontend.Results;

namespace Quai.Frontend.Subrequests;

/// <summary>Writes what practices and checks found in the form of SARIF.</summary>
internal static class SarifReport
{
    private const string Schema = "https://json.schemastore.org/sarif-2.1.0.json", Warning = "warning", Note = "note";

    /// <summary>Writes it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="practices">What the practices found.</param>
    /// <param name="checks">What the checks found.</param>
    /// <param name="error">Why the file could not be read to its end; null if it could.</param>
    public static SarifLog Make(LoadedDockerfile file, IReadOnlyList<PracticeFinding> practices, IReadOnlyList<Finding> checks, QuaiException? error)
    {
        string name = string.Join('/', file.Source.Filename.Split('/').Select(Uri.EscapeDataString));
        List<CheckRule> rules = [.. checks.Select(c => c.Rule).Distinct()];
        List<Practice> known = [.. practices.Select(p => p.Practice).Distinct()];
        SarifRule[] described = [.. rules.Select(Rule), .. known.Select(Rule)];
        SarifResult[] results =
        [
            .. checks.Select(c => new SarifResult(c.Rule.Name, rules.IndexOf(c.Rule), Warning, new SarifText(c.Detail), [Place(name, c.Lines)], null)),
            .. practices.Select(p => new SarifResult(p.Practice.Name, rules.Count + known.IndexOf(p.Practice), Level(p.Practice), new SarifText(Message(p)), [Place(name, p.Lines)], Fixes(name, p))),
        ];
        LineRange failed = error is Build.Frontends.SourceException { Ranges: [var first, ..] } ? new LineRange(first.Start.Line, first.End.Line) : default;
        SarifNotification[]? notifications = error is null ? null : [new SarifNotification("error", new SarifText(error.Message), [Place(name, failed)])];
        return new SarifLog(
            Schema, "2.1.0",
            [new SarifRun(new SarifTool(new SarifDriver("Quai", described)), [new SarifInvocation(error is null, notifications)], [new SarifArtifact(new SarifArtifactLocation(name, null), "dockerfile")], results, "utf16CodeUnits")]);
    }

    /// <summary>How serious a practice is.</summary>
    public static string Level(Practice practice) => practice.IsHint ? Note : Warning;

    private static SarifRule Rule(CheckRule rule) =>
        new(rule.Name, new SarifText(rule.Description), new SarifText(rule.Description), rule.Url.Length > 0 ? rule.Url : null, null, new SarifConfiguration(Warning));

    private static SarifRule Rule(Practice practice) => new(
        practice.Name, new SarifText(practice.Summary), new SarifText(practice.Reason), null,
        new SarifHelp($"{practice.Reason} ({practice.Url})", $"{practice.Reason} See `{practice.Url}`."), new SarifConfiguration(Level(practice)));

    private static string Message(PracticeFinding finding) => new StringBuilder(finding.Practice.Summary).Append(": ").Append(finding.Detail).Append(". ").Append(finding.Practice.Reason).ToString();

    private static SarifLocation Place(string name, LineRange lines) =>
        new(new SarifPhysicalLocation(new SarifArtifactLocation(name, 0), lines.First > 0 ? new SarifRegion(lines.First, Math.Max(lines.First, lines.Last)) : null));

    private static SarifFix[]? Fixes(string name, PracticeFinding finding) => !finding.IsExact ? null :
    [
        new SarifFix(
            new SarifText(finding.Practice.Summary),
            [new SarifChange(new SarifArtifactLocation(name, 0), [new SarifReplacement(new SarifRegion(finding.Lines.First, finding.Lines.Last), new SarifText(finding.Better))])]),
    ];
}

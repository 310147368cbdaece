using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Build.Jobs;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Stages;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Compiling;
using Quai.Frontend.Contexts;
using Quai.Frontend.Practices;
using Quai.Frontend.Results;

namespace Quai.Frontend.Subrequests;

/// <summary>Writes the answers to questions that are asked instead of building, as data and as text.</summary>
internal static class Reports
{
    private const string Version = "1.0.0";

    /// <summary>The questions.</summary>
    public static SolveResult Describe()
    {
        SubrequestName[] data = [new("result.json"), new("result.txt")];
        SubrequestReport[] all =
        [
            new("frontend.outline", Version, "rpc", "List all parameters current build target supports", [new("target")], data),
            new("frontend.targets", Version, "rpc", "List all targets current build supports", null, data),
            new("frontend.lint", Version, "rpc", "Lint Dockerfile", null, data),
            new("frontend.subrequests.describe", Version, "rpc", "List available subrequest types", null, data),
        ];
        return Result(all, FrontendJson.Default.SubrequestReportArray, Table(["NAME", "VERSION", "DESCRIPTION"], all.Select(r => (string[])[r.Name["frontend.".Length..], r.Version, r.Description])));
    }

    /// <summary>The stages.</summary>
    public static SolveResult Targets(LoadedDockerfile file, StageList stages)
    {
        TargetEntry[] entries = [.. stages.Stages.Select(s => new TargetEntry(Some(s.Name), s.Index == stages.Stages.Count - 1 ? true : null, Some(s.Description), Some(s.From.Base), Some(s.From.Platform), ReportPlace.Of(s.From.Lines)))];
        var report = new TargetReport(entries, [file.Source.Data.ToByteArray()]);
        return Result(report, FrontendJson.Default.TargetReport, Table(["TARGET", "DESCRIPTION"], entries.Select(e =>
            (string[])[e.Default == true ? e.Name is null ? "(default)" : e.Name + " (default)" : e.Name ?? "", e.Description ?? ""])));
    }

    /// <summary>What a build can be given.</summary>
    public static SolveResult Outline(LoadedDockerfile file, StageList stages, CompiledImage compiled)
    {
        List<OutlineArg> args = [];
        HashSet<Stages.StageState> reached = Stages.Reach.From(compiled.Target);
        IEnumerable<ArgInstruction> own = reached.Where(s => s.Stage is not null).SelectMany(s => s.Stage!.Instructions.OfType<ArgInstruction>());
        HashSet<string> used = [.. own.SelectMany(a => a.Pairs.Select(p => p.Key)), .. stages.Globals.SelectMany(a => a.Pairs).Select(p => p.Key).Where(k => reached.Any(s => s.Stage?.From.Base.Contains(k, StringComparison.Ordinal) == true))];
        foreach ((ArgInstruction arg, bool isGlobal) in own.Select(a => (a, false)).Concat(stages.Globals.Select(a => (a, true))))
        {
            foreach (ArgPair pair in arg.Pairs.Where(p => used.Contains(p.Key)))
            {
                // An argument that takes its value from the one before the first stage is told of there.
                bool inherits = !isGlobal && pair.Value is null && compiled.Compilation.DeclaredGlobals.Contains(pair.Key);
                if (!inherits && !args.Exists(a => a.Name == pair.Key))
                {
                    string? value = isGlobal ? compiled.Compilation.Globals.Find(pair.Key) : compiled.Target.Arguments.FindLast(a => a.Key == pair.Key)?.Value ?? compiled.Compilation.Options.Arguments.GetValueOrDefault(pair.Key) ?? pair.Value;
                    args.Add(new OutlineArg(pair.Key, Some(Descriptions.Find(arg.Node.Comments, pair.Key)), Some(value ?? ""), ReportPlace.Of(arg.Lines)));
                }
            }
        }

        args.Sort((a, b) => (a.Location.Ranges?[0].Start.Line ?? 0).CompareTo(b.Location.Ranges?[0].Start.Line ?? 0));
        Stage stage = compiled.Target.Stage!;
        OutlineNeed[] secrets = Needs(compiled, "secret"), agents = Needs(compiled, "ssh");
        var report = new OutlineReport(Some(stage.Name), Some(stage.Description), args.Count > 0 ? args : null, secrets.Length > 0 ? secrets : null, agents.Length > 0 ? agents : null) { Sources = [file.Source.Data.ToByteArray()] };
        var text = new StringBuilder();
        if (stage.Name.Length > 0)
        {
            text.Append("TARGET:      ").Append(stage.Name).Append('\n');
        }

        if (stage.Description.Length > 0)
        {
            text.Append("DESCRIPTION: ").Append(stage.Description).Append('\n');
        }

        Section(text, args.Count, () => Table(["BUILD ARG", "VALUE", "DESCRIPTION"], args.Select(a => (string[])[a.Name, a.Value ?? "", a.Description ?? ""])));
        Section(text, secrets.Length, () => Table(["SECRET", "REQUIRED"], secrets.Select(s => (string[])[s.Name, s.Required == true ? "true" : ""])));
        Section(text, agents.Length, () => Table(["SSH", "REQUIRED"], agents.Select(s => (string[])[s.Name, s.Required == true ? "true" : ""])));
        return Result(report, FrontendJson.Default.OutlineReport, text.ToString());
    }

    /// <summary>What the checks found.</summary>
    /// <param name="file">The file.</param>
    /// <param name="findings">What they found.</param>
    /// <param name="error">Why the file could not be checked to its end; null if it could.</param>
    public static SolveResult Lint(LoadedDockerfile file, IReadOnlyList<Finding> findings, QuaiException? error)
    {
        var report = new LintReport(Warnings(findings), [SourceOf(file)], ErrorOf(error));
        var text = new StringBuilder();
        string[] lines = file.Source.Data.ToStringUtf8().Split('\n');
        foreach (Finding finding in findings.OrderBy(f => f.Lines.First))
        {
            text.Append($"\nWARNING: {finding.Rule.Name}{(finding.Rule.Url.Length > 0 ? " - " + finding.Rule.Url : "")}\n{finding.Detail}\n");
            SourceExcerpt.Append(text, file.Source.Filename, lines, finding.Lines.First, finding.Lines.Last);
        }

        return WithStatus(Result(report, FrontendJson.Default.LintReport, text.ToString()), findings.Count > 0 || error is not null);
    }

    /// <summary>What the practices found, and the checks.</summary>
    /// <param name="file">The file.</param>
    /// <param name="practices">What the practices found.</param>
    /// <param name="checks">What the checks found.</param>
    /// <param name="error">Why the file could not be read to its end; null if it could.</param>
    public static SolveResult Practices(LoadedDockerfile file, IReadOnlyList<PracticeFinding> practices, IReadOnlyList<Finding> checks, QuaiException? error)
    {
        PracticeEntry[] entries =
        [
            .. practices.Select(p => new PracticeEntry(
                p.Practice.Name, SarifReport.Level(p.Practice), p.Practice.Summary, p.Practice.Reason, p.Practice.Url, p.Detail, p.Better, p.IsExact, ReportPlace.Of(p.Lines))),
        ];
        var report = new PracticeReport(entries, Warnings(checks), [SourceOf(file)], ErrorOf(error));
        var text = new StringBuilder();
        string[] lines = file.Source.Data.ToStringUtf8().Split('\n');
        foreach (PracticeFinding finding in practices)
        {
            text.Append($"\n{(finding.Practice.IsHint ? "HINT" : "PRACTICE")}: {finding.Practice.Name} - {finding.Practice.Url}\n{finding.Practice.Summary}: {finding.Detail}.\n{finding.Practice.Reason}\n");
            SourceExcerpt.Append(text, file.Source.Filename, lines, finding.Lines.First, finding.Lines.Last);
            text.Append("Better:\n").Append(string.Concat(finding.Better.Split('\n').Select(l => $"    {l}\n")));
        }

        SolveResult result = Result(report, FrontendJson.Default.PracticeReport, text.ToString());
        var metadata = new Dictionary<string, byte[]>(result.Metadata)
        {
            ["result.sarif"] = JsonSerializer.SerializeToUtf8Bytes(SarifReport.Make(file, practices, checks, error), FrontendJson.Default.SarifLog),
        };
        return WithStatus(result with { Metadata = metadata }, error is not null || practices.Any(p => !p.Practice.IsHint));
    }

    private static LintFinding[] Warnings(IReadOnlyList<Finding> findings) => [.. findings.Select(f => new LintFinding(f.Rule.Name, f.Rule.Description, Some(f.Rule.Url), f.Detail, ReportPlace.Of(f.Lines)))];

    private static LintSource SourceOf(LoadedDockerfile file) => new(file.Source.Filename, file.Source.Data.ToByteArray(), file.Source.Language);

    private static LintError? ErrorOf(QuaiException? error)
    {
        ReportRange[]? ranges = error is Build.Frontends.SourceException { Ranges.Count: > 0 } placed ? [.. placed.Ranges.Select(r => new ReportRange(new ReportPosition(r.Start.Line), new ReportPosition(r.End.Line)))] : null;
        return error is null ? null : new LintError(error.Message, new ReportPlace(ranges));
    }

    private static SolveResult WithStatus(SolveResult result, bool hasFound) =>
        result with { Metadata = new Dictionary<string, byte[]>(result.Metadata) { ["result.statuscode"] = hasFound ? "1"u8.ToArray() : "0"u8.ToArray() } };

    private static OutlineNeed[] Needs(CompiledImage compiled, string kind) =>
        [.. compiled.Compilation.Needs.Of(kind).OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => new OutlineNeed(n.Name, n.IsRequired ? true : null, ReportPlace.Of(n.Lines)))];

    private static void Section(StringBuilder text, int count, Func<string> table)
    {
        if (count > 0)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(table());
        }
    }

    private static string Table(string[] head, IEnumerable<string[]> rows)
    {
        List<string[]> all = [head, .. rows];
        int[] widths = [.. head.Select((_, column) => all.Max(r => r[column].Length))];
        return string.Concat(all.Select(r => string.Join(' ', r.Select((cell, column) => column == r.Length - 1 ? cell : cell.PadRight(widths[column]))) + "\n"));
    }

    private static string? Some(string text) => text.Length > 0 ? text : null;

    private static SolveResult Result<T>(T report, JsonTypeInfo<T> type, string text) => new()
    {
        Metadata = new Dictionary<string, byte[]>
        {
            ["result.json"] = JsonSerializer.SerializeToUtf8Bytes(report, type),
            ["result.txt"] = Encoding.UTF8.GetBytes(text),
            ["version"] = Encoding.UTF8.GetBytes(Version),
        },
    };
}

using Quai.Dockerfiles;

namespace Quai.Frontend.Results;

/// <summary>A place in a report's source.</summary>
/// <param name="Ranges">The lines.</param>
internal sealed record ReportPlace(IReadOnlyList<ReportRange>? Ranges)
{
    /// <summary>Lines as a report has them, each a range of its own.</summary>
    public static ReportPlace Of(LineRange lines) =>
        new(lines.First == 0 ? null : [.. Enumerable.Range(lines.First, lines.Last - lines.First + 1).Select(l => new ReportRange(new ReportPosition(l), new ReportPosition(l)))]);
}

/// <summary>From where to where.</summary>
internal sealed record ReportRange(ReportPosition Start, ReportPosition End);

/// <summary>A line.</summary>
internal sealed record ReportPosition(int Line);

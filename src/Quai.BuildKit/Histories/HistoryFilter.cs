using System.Globalization;
using Quai.BuildProtocol.Control;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;

namespace Quai.BuildKit.Histories;

/// <summary>Filters of records as clients write them: <c>status==error</c>, <c>repository~=…</c>, <c>startedAt&gt;24h</c>; commas mean "and", and of several filters one must fit.</summary>
internal sealed class HistoryFilter
{
    private static readonly string[] s_comparisons = ["==", "!=", "~=", "<=", ">=", "<", ">"];

    private readonly IReadOnlyList<IReadOnlyList<Func<BuildHistoryRecord, DateTimeOffset, bool>>> _any;

    private HistoryFilter(IReadOnlyList<IReadOnlyList<Func<BuildHistoryRecord, DateTimeOffset, bool>>> any) => _any = any;

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">One is malformed, or names a field that there is not.</exception>
    public static HistoryFilter Parse(IReadOnlyList<string> filters) =>
        new([.. filters.Where(f => f.Length > 0).Select(f => (IReadOnlyList<Func<BuildHistoryRecord, DateTimeOffset, bool>>)[.. CommaFields.Read(f, default, "failed to parse filter").Select(Term)])]);

    /// <summary>Whether a record fits.</summary>
    public bool Fits(BuildHistoryRecord record, DateTimeOffset now) => _any.Count == 0 || _any.Any(all => all.All(term => term(record, now)));

    private static Func<BuildHistoryRecord, DateTimeOffset, bool> Term(string term)
    {
        (string comparison, int at) = s_comparisons.Select(c => (Comparison: c, At: term.IndexOf(c, StringComparison.Ordinal))).Where(c => c.At > 0).OrderBy(c => c.At).ThenByDescending(c => c.Comparison.Length)
            .FirstOrDefault(("", -1));
        if (at < 0)
        {
            throw QuaiException.Invalid($"invalid filter \"{term}\"");
        }

        string field = term[..at].Trim(), wanted = term[(at + comparison.Length)..].Trim().Trim('"');
        return field switch
        {
            "ref" => Text(comparison, wanted, r => r.Ref, term),
            "status" => Text(comparison, wanted, StatusOf, term),
            "repository" => Text(comparison, wanted, r => r.FrontendAttrs.TryGetValue("vcs:source", out string? source) || r.FrontendAttrs.TryGetValue("context", out source) ? source : "", term),
            "startedAt" => Order(comparison, Moment(wanted, term), (r, _) => r.CreatedAt.ToDateTimeOffset().Ticks, term),
            "completedAt" => Order(comparison, Moment(wanted, term), (r, _) => r.CompletedAt?.ToDateTimeOffset().Ticks, term),
            "duration" => Order(comparison, _ => Duration(wanted, term).Ticks, (r, now) => ((r.CompletedAt?.ToDateTimeOffset() ?? now) - r.CreatedAt.ToDateTimeOffset()).Ticks, term),
            _ => throw QuaiException.Invalid($"unsupported filter \"{term}\""),
        };
    }

    private static string StatusOf(BuildHistoryRecord record) =>
        record.CompletedAt is null ? "running" : record.Error is not { } error ? "completed" : error.Code == (int)Grpc.Core.StatusCode.Cancelled ? "canceled" : "error";

    private static Func<BuildHistoryRecord, DateTimeOffset, bool> Text(string comparison, string wanted, Func<BuildHistoryRecord, string> value, string term) => comparison switch
    {
        "==" => (r, _) => value(r) == wanted,
        "!=" => (r, _) => value(r) != wanted,
        "~=" => (r, _) => value(r).Contains(wanted, StringComparison.Ordinal),
        _ => throw QuaiException.Invalid($"invalid filter \"{term}\": it needs one of ==, != and ~="),
    };

    private static Func<BuildHistoryRecord, DateTimeOffset, bool> Order(
        string comparison, Func<DateTimeOffset, long> wanted, Func<BuildHistoryRecord, DateTimeOffset, long?> value, string term) => comparison switch
    {
        "<" => (r, now) => value(r, now) < wanted(now),
        "<=" => (r, now) => value(r, now) <= wanted(now),
        ">" => (r, now) => value(r, now) > wanted(now),
        ">=" => (r, now) => value(r, now) >= wanted(now),
        _ => throw QuaiException.Invalid($"invalid filter \"{term}\": it needs one of <, <=, > and >="),
    };

    // A moment, or how long ago.
    private static Func<DateTimeOffset, long> Moment(string text, string term)
    {
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment))
        {
            return _ => moment.Ticks;
        }

        TimeSpan ago = Duration(text, term);
        return now => (now - ago).Ticks;
    }

    private static TimeSpan Duration(string text, string term)
    {
        try
        {
            return Durations.ParseSpan(text);
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"invalid filter \"{term}\": {e.Message}", e);
        }
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using Quai.BuildClient.Histories;

namespace Quai.Cli.Builds.Histories;

/// <summary>A page that shows the parts of builds as bars in time. It needs nothing but itself.</summary>
internal static class TracePage
{
    private const string Head = """
        <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Build</title><style>
        body{font:14px sans-serif;margin:24px;color:#1b2330;background:#fff} h1{font-size:18px} table{border-collapse:collapse;width:100%;margin-bottom:32px}
        td{padding:2px 6px;border-bottom:1px solid #e6e9ee;white-space:nowrap} td.name{max-width:36em;overflow:hidden;text-overflow:ellipsis} td.time{text-align:right}
        td.bars{width:60%} .bar{height:12px;min-width:2px;border-radius:2px;background:#3b78d8} .cached{background:#9bbf85} .failed{background:#d34b3f}
        @media (prefers-color-scheme:dark){body{color:#dfe4ec;background:#161b22} td{border-color:#2b323c}}
        </style></head><body>
        """;

    /// <summary>The page.</summary>
    /// <param name="builds">The builds, one beneath the other on one scale.</param>
    public static string Write(IReadOnlyList<TracedBuild> builds)
    {
        double longest = builds.Max(b => (b.Spans.Max(s => s.Ended) - b.Spans.Min(s => s.Began)).TotalMilliseconds);
        var text = new StringBuilder(Head);
        foreach (TracedBuild build in builds)
        {
            DateTimeOffset began = build.Spans.Min(s => s.Began);
            text.Append($"<h1>{Escaped(RecordView.NameOf(build.Record))} {Escaped(build.Record.Id)}: {RecordView.StatusOf(build.Record)}</h1><table>");
            foreach ((TraceSpan span, int depth) in build.Tree())
            {
                Row(text, span, depth, (span.Began - began).TotalMilliseconds, (span.Ended - span.Began).TotalMilliseconds, Math.Max(longest, 1));
            }

            text.Append("</table>");
        }

        return text.Append("</body></html>\n").ToString();
    }

    private static void Row(StringBuilder text, TraceSpan span, int depth, double start, double length, double whole)
    {
        string kind = span.Error.Length > 0 ? " failed" : span.Attributes.GetValueOrDefault("cached") == "true" ? " cached" : "", name = Escaped(span.Name);
        string title = Escaped(span.Error.Length > 0 ? span.Error : string.Join('\n', span.Attributes.Select(a => $"{a.Key}: {a.Value}")));
        text.Append(CultureInfo.InvariantCulture, $"<tr title=\"{title}\"><td class=\"name\" style=\"padding-left:{depth * 16}px\">{name}</td><td class=\"time\">{length / 1000:F2} s</td>");
        text.Append(CultureInfo.InvariantCulture, $"<td class=\"bars\"><div class=\"bar{kind}\" style=\"margin-left:{start * 100 / whole:F3}%;width:{length * 100 / whole:F3}%\"></div></td></tr>");
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}

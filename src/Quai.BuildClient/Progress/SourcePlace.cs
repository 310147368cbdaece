using Google.Protobuf.Collections;
using Quai.BuildProtocol.Llb;

namespace Quai.BuildClient.Progress;

/// <summary>Lines of a source, such as a Dockerfile.</summary>
/// <param name="FileName">The source's name.</param>
/// <param name="Text">All of the source.</param>
/// <param name="Lines">First and last line of each range, counted from 1.</param>
public sealed record SourcePlace(string FileName, string Text, IReadOnlyList<(int First, int Last)> Lines)
{
    /// <summary>Reads one from what a builder says; null where it says nothing.</summary>
    internal static SourcePlace? Read(SourceInfo? source, RepeatedField<BuildProtocol.Llb.Range> ranges) => source is null || ranges.Count == 0
        ? null
        : new SourcePlace(source.Filename, source.Data.ToStringUtf8(), [.. ranges.Select(r => (r.Start?.Line ?? 0, r.End?.Line ?? 0))]);

    /// <summary>
    /// The lines with those around them, as people are shown them:
    /// <code>
    /// Dockerfile:2
    /// --------------------
    ///    1 |     FROM alpine
    ///    2 | >>> RUM echo
    /// --------------------
    /// </code>
    /// Empty where the source has no such lines.
    /// </summary>
    public string Excerpt()
    {
        string[] lines = Text.Split('\n');
        int first = Lines.Min(l => l.First), last = Math.Min(Lines.Max(l => l.Last), lines.Length), named = first;
        if (first < 1 || first > lines.Length)
        {
            return "";
        }

        // A single line has more around it than several.
        int around = first == last ? 4 : 2;
        for (int added = 0; added < around; added++)
        {
            added += first > 1 ? 1 : 0;
            first -= first > 1 ? 1 : 0;
            added += last < lines.Length ? 1 : 0;
            last += last < lines.Length ? 1 : 0;
        }

        var text = new System.Text.StringBuilder($"{FileName}:{named}\n--------------------\n");
        for (int line = first; line <= last; line++)
        {
            string mark = Lines.Any(l => line >= l.First && line <= l.Last) ? ">>>" : "   ";
            text.Append($" {line,3} | {mark} {lines[line - 1]}\n");
        }

        return text.Append("--------------------\n").ToString();
    }
}

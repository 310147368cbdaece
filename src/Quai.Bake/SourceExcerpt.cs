using System.Globalization;
using System.Text;

namespace Quai.Bake;

/// <summary>Shows the lines of a file around a place.</summary>
internal static class SourceExcerpt
{
    private const string Rule = "--------------------\n";

    /// <summary>The lines of the place, marked, and up to four lines more around them.</summary>
    public static string Of(BakePlace place, string text)
    {
        string[] lines = text.Split('\n');
        int start = Math.Min(place.Line, lines.Length), end = Math.Min(Math.Max(place.EndLine, start), lines.Length);
        int padding = start == end ? 2 : 1;
        StringBuilder result = new();
        result.Append(place.File).Append(':').Append(start).Append('\n').Append(Rule);
        int first = Math.Max(start - padding, 1), last = Math.Min(end + padding, lines.Length);

        // Short excerpts take lines from the other side.
        for (int missing = padding - (start - first); missing > 0 && last < lines.Length; missing--)
        {
            last++;
        }

        for (int i = first; i <= last; i++)
        {
            result.Append(i.ToString(CultureInfo.InvariantCulture).PadLeft(4)).Append(" | ").Append(i >= start && i <= end ? ">>> " : "    ").Append(lines[i - 1]).Append('\n');
        }

        return result.Append(Rule).ToString();
    }
}

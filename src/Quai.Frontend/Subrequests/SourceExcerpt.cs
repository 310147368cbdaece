using System.Globalization;
using System.Text;

namespace Quai.Frontend.Subrequests;

/// <summary>Shows lines of a file with those around them.</summary>
internal static class SourceExcerpt
{
    private const int Around = 2;
    private const string Line = "--------------------";

    /// <summary>Appends them, marked.</summary>
    public static void Append(StringBuilder text, string file, string[] lines, int first, int last)
    {
        text.Append(CultureInfo.InvariantCulture, $"{file}:{first}\n{Line}\n");
        for (int number = Math.Max(1, first - Around); number <= Math.Min(lines.Length, last + Around); number++)
        {
            text.Append(CultureInfo.InvariantCulture, $" {number,3} | {(number >= first && number <= last ? ">>> " : "    ")}{lines[number - 1]}\n");
        }

        text.Append(Line).Append('\n');
    }
}

using System.Text;

namespace Quai.Cli.Formatting;

/// <summary>
/// Aligns tab-terminated cells, as Go's text/tabwriter does: a column is as wide as its widest cell in an unbroken run of lines.
/// </summary>
internal static class TabWriter
{
    /// <summary>Aligns.</summary>
    /// <param name="text">Lines of cells; what follows a line's last tab is not padded.</param>
    /// <param name="minimum">The minimum width of a column.</param>
    /// <param name="padding">Spaces added to the widest cell.</param>
    public static string Align(string text, int minimum, int padding)
    {
        string[][] lines = [.. text.Split('\n').Select(l => l.Split('\t'))];
        int[][] widths = [.. lines.Select(l => new int[l.Length - 1])];
        int deepest = lines.Max(l => l.Length) - 1;
        for (int column = 0; column < deepest; column++)
        {
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Length - 1 <= column)
                {
                    continue;
                }

                int end = i;
                int width = minimum;
                for (; end < lines.Length && lines[end].Length - 1 > column; end++)
                {
                    int length = Length(lines[end][column]);
                    width = Math.Max(width, length + padding);
                }

                for (int k = i; k < end; k++)
                {
                    widths[k][column] = width;
                }

                i = end;
            }
        }

        var aligned = new StringBuilder(text.Length * 2);
        for (int i = 0; i < lines.Length; i++)
        {
            for (int column = 0; column < lines[i].Length - 1; column++)
            {
                string cell = lines[i][column];
                aligned.Append(cell).Append(' ', Math.Max(0, widths[i][column] - Length(cell)));
            }

            aligned.Append(lines[i][^1]);
            if (i < lines.Length - 1)
            {
                aligned.Append('\n');
            }
        }

        return aligned.ToString();
    }

    private static int Length(string cell)
    {
        int length = 0;
        foreach (Rune _ in cell.EnumerateRunes())
        {
            length++;
        }

        return length;
    }
}

using System.Text;

namespace Quai.Bake.Printing;

/// <summary>Tables whose columns are aligned with tabulators.</summary>
internal static class TabTable
{
    private const int TabWidth = 8;

    /// <summary>The rows, one a line. The last column is as wide as it happens to be; a line break within a cell ends the row.</summary>
    public static string Format(IReadOnlyList<string[]> rows)
    {
        List<string[]> lines = [.. rows.SelectMany(row => string.Join('\t', row).Split('\n')).Select(line => line.Split('\t'))];
        StringBuilder result = new();
        Format(lines, 0, lines.Count, 0, [], result);
        return result.ToString();
    }

    /// <summary>A column reaches over lines that follow each other and have a cell after it; its width is that of its widest cell.</summary>
    private static void Format(List<string[]> lines, int first, int end, int column, List<int> widths, StringBuilder result)
    {
        for (int i = first; i < end;)
        {
            if (column >= lines[i].Length - 1)
            {
                Write(lines[i], widths, result);
                i++;
                continue;
            }

            int blockEnd = i, width = 1;
            for (; blockEnd < end && column < lines[blockEnd].Length - 1; blockEnd++)
            {
                int length = lines[blockEnd][column].EnumerateRunes().Count();
                width = Math.Max(width, length + 1);
            }

            Format(lines, i, blockEnd, column + 1, [.. widths, width], result);
            i = blockEnd;
        }
    }

    private static void Write(string[] cells, List<int> widths, StringBuilder result)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            result.Append(cells[i]);
            if (i < cells.Length - 1)
            {
                int length = cells[i].EnumerateRunes().Count(), width = (widths[i] + TabWidth - 1) / TabWidth * TabWidth;
                result.Append('\t', (width - length + TabWidth - 1) / TabWidth);
            }
        }

        result.Append('\n');
    }
}

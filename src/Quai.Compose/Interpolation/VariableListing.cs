using System.Text;
using Quai.Compose.Yaml;

namespace Quai.Compose.Interpolation;

/// <summary>The variables that a project's files name.</summary>
public static class VariableListing
{
    private const int CellWidth = 20, Padding = 3;

    /// <summary>All variables of a tree in which none has been replaced, by name.</summary>
    public static IReadOnlyList<ComposeVariable> Of(ComposeMapping tree)
    {
        SortedDictionary<string, ComposeVariable> found = new(StringComparer.Ordinal);
        Collect(tree, found);
        return [.. found.Values];
    }

    /// <summary>As a table, as <c>config --variables</c> prints it.</summary>
    public static string Print(IReadOnlyList<ComposeVariable> variables)
    {
        string[][] rows =
        [
            ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"],
            .. variables.Select(one => new[] { one.Name, one.IsRequired ? "true" : "false", one.DefaultValue, one.AlternateValue }),
        ];
        int[] widths = [.. Enumerable.Range(0, 3).Select(column => Math.Max(CellWidth, rows.Max(row => row[column].Length) + Padding))];
        StringBuilder table = new();
        foreach (string[] row in rows)
        {
            for (int i = 0; i < widths.Length; i++)
            {
                table.Append(row[i].PadRight(widths[i]));
            }

            table.Append(row[3]).Append('\n');
        }

        return table.ToString();
    }

    private static void Collect(ComposeNode node, SortedDictionary<string, ComposeVariable> found)
    {
        switch (node)
        {
            case ComposeScalar { Kind: ScalarKind.Text } scalar:
                Collect(scalar.Text, found);
                break;
            case ComposeSequence sequence:
                foreach (ComposeNode item in sequence.Items)
                {
                    Collect(item, found);
                }

                break;
            case ComposeMapping mapping:
                foreach (ComposeNode value in mapping.Entries.Values)
                {
                    Collect(value, found);
                }

                break;
        }
    }

    private static void Collect(string text, SortedDictionary<string, ComposeVariable> found)
    {
        int at = 0;
        StringBuilder between = new();
        while (TemplatePart.Next(text, ref at, between) is { } part)
        {
            if (part.Name.Length == 0)
            {
                continue;
            }

            found[part.Name] = new(part.Name, part.Operator == '?', part.Operator == '-' ? part.Word : "", part.Operator == '+' ? part.Word : "");
            Collect(part.Word, found);
        }
    }
}

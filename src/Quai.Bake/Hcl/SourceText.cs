using System.Globalization;

namespace Quai.Bake.Hcl;

/// <summary>The text of a file and its name.</summary>
internal sealed class SourceText
{
    private readonly Lazy<int[]> _lines;

    public SourceText(string name, string text)
    {
        (Name, Text) = (name, text);
        _lines = new(() => [0, .. Enumerable.Range(0, text.Length).Where(i => text[i] == '\n').Select(i => i + 1)]);
    }

    /// <summary>The name, as messages have it.</summary>
    public string Name { get; }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>The whole file's range from one offset to another.</summary>
    public SourceRange Range(int start, int end) => new(this, start, end);

    /// <summary>Line and column, both from one, of an offset.</summary>
    public (int Line, int Column) Position(int offset)
    {
        offset = Math.Min(offset, Text.Length);
        int line = Array.BinarySearch(_lines.Value, offset);
        line = line < 0 ? ~line - 1 : line;
        int column = 1;
        ReadOnlySpan<char> rest = Text.AsSpan(_lines.Value[line], offset - _lines.Value[line]);
        while (!rest.IsEmpty)
        {
            rest = rest[StringInfo.GetNextTextElementLength(rest)..];
            column++;
        }

        return (line + 1, column);
    }
}

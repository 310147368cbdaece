using System.Text;
using Quai.Cli.Formatting;

namespace Quai.Cli.Streams;

/// <summary>What is drawn on a terminal: the program's own control sequences, and text, which can hold none.</summary>
internal sealed class Drawing
{
    private readonly StringBuilder _bytes = new();

    /// <summary>Clears the screen and goes to its beginning.</summary>
    public Drawing Clear() => Add("\x1b[2J\x1b[H");

    /// <summary>Goes to the screen's beginning.</summary>
    public Drawing Home() => Add("\x1b[H");

    /// <summary>Goes up or, below zero, down.</summary>
    public Drawing Up(int lines) => lines == 0 ? this : Add(lines > 0 ? $"\x1b[{lines}A" : $"\x1b[{-lines}B");

    /// <summary>Empties the line and goes to its beginning.</summary>
    public Drawing NewLine() => Add("\x1b[2K\r");

    /// <summary>Goes to the line's beginning.</summary>
    public Drawing Return() => Add("\r");

    /// <summary>Empties what is left of the line and goes to the next.</summary>
    public Drawing EndLine() => Add("\x1b[K\n");

    /// <summary>Empties what is left of the screen.</summary>
    public Drawing ClearRest() => Add("\x1b[J");

    /// <summary>Goes to the next line.</summary>
    public Drawing Feed() => Add("\n");

    /// <summary>Adds text of one line.</summary>
    public Drawing Line(string text) => Add(Printable.Line(text));

    /// <summary>Adds text of any number of lines.</summary>
    public Drawing Text(string text) => Add(Printable.Text(text));

    /// <inheritdoc/>
    public override string ToString() => _bytes.ToString();

    private Drawing Add(string bytes)
    {
        _bytes.Append(bytes);
        return this;
    }
}

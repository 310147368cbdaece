using System.Text;
using Quai.Cli.Formatting;

namespace Quai.Cli.Streams;

/// <summary>What is drawn on a terminal: the program's own control sequences, and text, which can contain none.</summary>
internal sealed class Drawing
{
    private readonly StringBuilder _bytes = new();

    /// <summary>Clears the screen and moves to its beginning.</summary>
    public Drawing Clear() => Add("\x1b[2J\x1b[H");

    /// <summary>Moves to the screen's beginning.</summary>
    public Drawing Home() => Add("\x1b[H");

    /// <summary>Moves up or, if negative, down.</summary>
    public Drawing Up(int lines) => lines == 0 ? this : Add(lines > 0 ? $"\x1b[{lines}A" : $"\x1b[{-lines}B");

    /// <summary>Clears the line and moves to its beginning.</summary>
    public Drawing NewLine() => Add("\x1b[2K\r");

    /// <summary>Moves to the line's beginning.</summary>
    public Drawing Return() => Add("\r");

    /// <summary>Clears the rest of the line and moves to the next.</summary>
    public Drawing EndLine() => Add("\x1b[K\n");

    /// <summary>Clears the rest of the screen.</summary>
    public Drawing ClearRest() => Add("\x1b[J");

    /// <summary>Moves to the next line.</summary>
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

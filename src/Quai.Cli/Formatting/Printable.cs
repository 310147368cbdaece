using System.Text;

namespace Quai.Cli.Formatting;

/// <summary>
/// Text from others (images, registries, containers, the daemon) made safe for a terminal. Characters that would control the terminal are shown as
/// <c>\u001b</c>: control characters except line feed and tab (C0, DEL, C1), and those that change the text direction or hide a line's end.
/// In JSON this remains the same text.
/// </summary>
internal static class Printable
{
    /// <summary>A text, keeping its line feeds and tabs.</summary>
    public static string Text(string text) => Escape(text, keepLines: true);

    /// <summary>A text that must stay on its line: line feeds and tabs are escaped too.</summary>
    public static string Line(string text) => Escape(text, keepLines: false);

    private static string Escape(string text, bool keepLines)
    {
        int first = 0;
        while (first < text.Length && !MustEscape(text[first], keepLines))
        {
            first++;
        }

        if (first == text.Length)
        {
            return text;
        }

        var shown = new StringBuilder(text, 0, first, text.Length + 16);
        foreach (char c in text.AsSpan(first))
        {
            if (MustEscape(c, keepLines))
            {
                shown.Append("\\u").Append(((int)c).ToString("x4"));
            }
            else
            {
                shown.Append(c);
            }
        }

        return shown.ToString();
    }

    private static bool MustEscape(char c, bool keepLines) =>
        c < ' ' ? !keepLines || c is not ('\n' or '\t')
        : c is (>= '\u007f' and <= '\u009f') or '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\ufeff';
}

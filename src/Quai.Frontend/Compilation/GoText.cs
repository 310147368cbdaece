using System.Globalization;
using System.Text;

namespace Quai.Frontend.Compilation;

/// <summary>Texts as Go prints values, which an image's history has.</summary>
internal static class GoText
{
    /// <summary>A list of quoted texts: <c>["a" "b"]</c>.</summary>
    public static string Quoted(IEnumerable<string> texts) => $"[{string.Join(' ', texts.Select(Quote))}]";

    /// <summary>A list of texts: <c>[a b]</c>.</summary>
    public static string Plain(IEnumerable<string> texts) => $"[{string.Join(' ', texts)}]";

    /// <summary>A quoted text.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            quoted.Append(Escaped(rune, '"'));
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A number that is printed as the character that it is the number of.</summary>
    public static string Character(int number)
    {
        Rune rune = Rune.IsValid(number) ? new Rune(number) : Rune.ReplacementChar;
        return $"'{Escaped(rune, '\'')}'";
    }

    private static string Escaped(Rune rune, char quote) => rune.Value switch
    {
        '\a' => "\\a",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\v' => "\\v",
        '\\' => "\\\\",
        var c when c == quote => "\\" + quote,
        < ' ' or 0x7f => $"\\x{rune.Value:x2}",
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned => rune.Value < 0x10000 ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:x8}",
        _ => rune.ToString(),
    };
}

using System.Globalization;
using System.Text;

namespace Quai.Frontend.Steps;

/// <summary>Values as Go prints them, which histories have.</summary>
internal static class GoText
{
    /// <summary>A list of quoted texts: <c>["a" "b"]</c>.</summary>
    public static string Quote(IEnumerable<string> texts) => $"[{string.Join(' ', texts.Select(Quote))}]";

    /// <summary>A quoted text.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\v' => quoted.Append("\\v"),
                < ' ' or '\x7f' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A number as a quoted character, which is how Go takes it.</summary>
    public static string QuoteNumber(int number) => number switch
    {
        '\'' => "'\\''",
        '\\' => "'\\\\'",
        >= 7 and <= 13 => $"'\\{"abtnvfr"[number - 7]}'",
        < ' ' or 127 => $"'\\x{number:x2}'",
        <= char.MaxValue when !char.IsSurrogate((char)number) => $"'{(char)number}'",
        _ => "'\uFFFD'",
    };
}

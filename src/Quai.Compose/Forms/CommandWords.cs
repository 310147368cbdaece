using System.Text;

namespace Quai.Compose.Forms;

/// <summary>Commands that are written as one text, split into words as the reference implementation does.</summary>
internal static class CommandWords
{
    /// <summary>The words; null where quotation marks do not match. What follows a sign of the shell, such as <c>;</c>, is left out.</summary>
    public static List<string>? Split(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool isEscaped = false, single = false, @double = false, back = false, dollar = false, has = false;
        foreach (char c in text)
        {
            if (isEscaped)
            {
                word.Append(c switch { 't' => '\t', 'n' => '\n', _ => c });
                (isEscaped, has) = (false, true);
                continue;
            }

            if (c == '\\' && !single)
            {
                isEscaped = true;
                continue;
            }

            bool isQuoted = single || @double || back || dollar;
            if (c is ' ' or '\t' or '\r' or '\n' && !isQuoted)
            {
                if (has)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    has = false;
                }

                continue;
            }

            switch (c)
            {
                case '`' when !single && !@double && !dollar:
                    back = !back;
                    break;
                case ')' when !single && !@double && !back:
                    dollar = !dollar;
                    break;
                case '(' when !single && !@double && !back:
                    if (dollar || word.Length == 0 || word[^1] != '$')
                    {
                        return null;
                    }

                    dollar = true;
                    word.Append(c);
                    continue;
                case '"' when !single && !dollar:
                    (@double, has) = (!@double, has || @double);
                    continue;
                case '\'' when !@double && !dollar:
                    (single, has) = (!single, has || single);
                    continue;
                case ';' or '&' or '|' or '<' or '>' when !isQuoted:
                    if (has && !(c == '>' && word.Length > 0 && char.IsAsciiDigit(word[0])))
                    {
                        words.Add(word.ToString());
                    }

                    return words;
            }

            has = true;
            word.Append(c);
        }

        if (has)
        {
            words.Add(word.ToString());
        }

        return isEscaped || single || @double || back || dollar ? null : words;
    }
}

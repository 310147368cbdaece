namespace Quai.Registry.Authentication;

/// <summary>What a registry's <c>WWW-Authenticate</c> asks for (RFC 9110, 11.6.1).</summary>
/// <param name="Scheme"><c>basic</c> or <c>bearer</c>, in lower case.</param>
/// <param name="Parameters">Such as <c>realm</c>, <c>service</c> and <c>scope</c>; names in lower case.</param>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The parameter or an empty string.</summary>
    public string this[string name] => Parameters.GetValueOrDefault(name, "");

    /// <summary>All challenges in a header's values; unreadable ones are left out.</summary>
    public static List<Challenge> Parse(IEnumerable<string> headers)
    {
        List<Challenge> challenges = [];
        foreach (string header in headers)
        {
            Parse(header, challenges);
        }

        return challenges;
    }

    private static void Parse(ReadOnlySpan<char> text, List<Challenge> challenges)
    {
        Dictionary<string, string>? parameters = null;
        while (true)
        {
            text = text.TrimStart(" ,\t");
            int end = text.IndexOfAny(" ,=\t");
            string word = (end < 0 ? text : text[..end]).ToString().ToLowerInvariant();
            if (word.Length == 0)
            {
                return;
            }

            text = end < 0 ? default : text[end..].TrimStart(" \t");
            if (text.IsEmpty || text[0] != '=' || parameters is null)
            {
                parameters = [];
                challenges.Add(new Challenge(word, parameters));
                continue;
            }

            parameters[word] = TakeValue(ref text);
        }
    }

    private static string TakeValue(ref ReadOnlySpan<char> text)
    {
        text = text[1..].TrimStart(" \t");
        if (text.IsEmpty || text[0] != '"')
        {
            int end = text.IndexOfAny(", \t");
            string plain = (end < 0 ? text : text[..end]).ToString();
            text = end < 0 ? default : text[end..];
            return plain;
        }

        var value = new System.Text.StringBuilder();
        int i = 1;
        for (; i < text.Length && text[i] != '"'; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                i++;
            }

            value.Append(text[i]);
        }

        text = i < text.Length ? text[(i + 1)..] : default;
        return value.ToString();
    }
}

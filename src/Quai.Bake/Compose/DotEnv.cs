using System.Text;

namespace Quai.Bake.Compose;

/// <summary>Reads files of environment variables.</summary>
internal static class DotEnv
{
    /// <summary>The variables of a file; those of the environment are seen by what is replaced in values.</summary>
    /// <exception cref="BakeException">A line is malformed.</exception>
    public static Dictionary<string, string> Read(string text, IReadOnlyDictionary<string, string> environment)
    {
        Dictionary<string, string> found = [];
        int at = 0, line = 0;
        while (at < text.Length)
        {
            line++;
            int end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end;
            string content = text[at..end].Trim();
            at = end + 1;
            if (content.Length == 0 || content[0] == '#')
            {
                continue;
            }

            content = content.StartsWith("export ", StringComparison.Ordinal) ? content[7..].TrimStart() : content;
            int sign = content.AsSpan().IndexOfAny('=', ':');
            string name = (sign < 0 ? content : content[..sign]).Trim();
            if (name.Length == 0 || name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '[' or ']')))
            {
                throw new BakeException($"line {line}: unexpected character in variable name \"{content}\"");
            }

            if (sign < 0)
            {
                if (environment.TryGetValue(name, out string? inherited))
                {
                    found[name] = inherited;
                }

                continue;
            }

            string value = content[(sign + 1)..].TrimStart();
            found[name] = value.StartsWith('"') || value.StartsWith('\'')
                ? Quoted(text, value, end, ref at, line, environment, found)
                : Expand(WithoutComment(value), environment, found);
        }

        return found;
    }

    private static string WithoutComment(string value)
    {
        int comment = value.IndexOf(" #", StringComparison.Ordinal);
        return value.StartsWith('#') ? "" : (comment < 0 ? value : value[..comment]).TrimEnd();
    }

    /// <summary>A value in quotation marks, which may reach over lines.</summary>
    private static string Quoted(string text, string value, int lineEnd, ref int at, int line, IReadOnlyDictionary<string, string> environment, Dictionary<string, string> found)
    {
        char mark = value[0];
        int start = text.LastIndexOf(value, lineEnd, StringComparison.Ordinal);
        for (int i = start + 1; start >= 0 && i < text.Length; i++)
        {
            if (text[i] == '\\' && mark == '"')
            {
                i++;
            }
            else if (text[i] == mark)
            {
                string content = text[(start + 1)..i];
                int next = text.IndexOf('\n', i);
                at = next < 0 ? text.Length : next + 1;
                return mark == '\'' ? content : Expand(Unescape(content), environment, found);
            }
        }

        throw new BakeException($"line {line}: unterminated quoted value {value}");
    }

    private static string Unescape(string text)
    {
        StringBuilder result = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 >= text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            _ = text[i] switch
            {
                'n' => result.Append('\n'),
                'r' => result.Append('\r'),
                't' => result.Append('\t'),
                '"' or '\\' => result.Append(text[i]),
                '$' => result.Append("$$"),
                _ => result.Append('\\').Append(text[i]),
            };
        }

        return result.ToString();
    }

    private static string Expand(string value, IReadOnlyDictionary<string, string> environment, Dictionary<string, string> found)
    {
        if (!value.Contains('$', StringComparison.Ordinal))
        {
            return value;
        }

        Dictionary<string, string> seen = new(found);
        foreach ((string name, string content) in environment)
        {
            seen[name] = content;
        }

        return ((ComposeScalar)new Interpolation(seen).Apply(new ComposeScalar(value, false), ".env")).Text;
    }
}

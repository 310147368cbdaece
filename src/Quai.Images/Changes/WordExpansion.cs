using System.Text;
using Quai.Errors;

namespace Quai.Images.Changes;

/// <summary>Words of a Dockerfile line: split at blanks outside quotes, then expanded: variables replaced, quotes and backslashes removed.</summary>
internal static class WordExpansion
{
    /// <summary>Splits, leaving quotes and backslashes as they are.</summary>
    public static List<string> Split(string text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote == '\0' && c is ' ' or '\t')
            {
                if (word.Length > 0)
                {
                    words.Add(word.ToString());
                    word.Clear();
                }

                continue;
            }

            word.Append(c);
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
            }
            else if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote != '\0' ? '\0' : c;
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    /// <summary>Expands one word.</summary>
    /// <param name="word">As written.</param>
    /// <param name="environment">The variables: <c>NAME=value</c>.</param>
    /// <exception cref="QuaiException">A quote or brace is not closed, or a required variable is not set.</exception>
    public static string Expand(string word, IReadOnlyList<string> environment) => new Reader(word, environment).ReadTo(null);

    /// <summary>Reads one word from left to right.</summary>
    private sealed class Reader(string word, IReadOnlyList<string> environment)
    {
        private int _at;

        /// <summary>Up to a closing brace, or to the end.</summary>
        public string ReadTo(char? end)
        {
            var result = new StringBuilder();
            while (_at < word.Length && word[_at] != end)
            {
                switch (word[_at])
                {
                    case '\'':
                        result.Append(SingleQuoted());
                        break;
                    case '"':
                        DoubleQuoted(result);
                        break;
                    case '$':
                        result.Append(Variable());
                        break;
                    case '\\' when _at + 1 < word.Length:
                        result.Append(word[_at + 1]);
                        _at += 2;
                        break;
                    default:
                        result.Append(word[_at++]);
                        break;
                }
            }

            return end is null || _at < word.Length ? result.ToString() : throw Failed($"unexpected end of statement while looking for matching {end}");
        }

        private string SingleQuoted()
        {
            int start = ++_at;
            int close = word.IndexOf('\'', start);
            _at = close + 1;
            return close >= 0 ? word[start..close] : throw Failed("unexpected end of statement while looking for matching single-quote");
        }

        private void DoubleQuoted(StringBuilder result)
        {
            _at++;
            while (_at < word.Length && word[_at] != '"')
            {
                switch (word[_at])
                {
                    case '$':
                        result.Append(Variable());
                        break;
                    case '\\' when _at + 1 < word.Length && word[_at + 1] is '"' or '$' or '\\':
                        result.Append(word[_at + 1]);
                        _at += 2;
                        break;
                    default:
                        result.Append(word[_at++]);
                        break;
                }
            }

            if (_at++ >= word.Length)
            {
                throw Failed("unexpected end of statement while looking for matching double-quote");
            }
        }

        private string Variable()
        {
            _at++;
            if (_at == word.Length || word[_at] != '{')
            {
                string plain = Name();
                return plain.Length == 0 ? "$" : Value(plain) ?? "";
            }

            _at++;
            string name = Name();
            if (name.Length == 0 || _at == word.Length)
            {
                throw Failed(name.Length == 0 ? "bad substitution" : "unsupported modifier () in substitution");
            }

            string? value = Value(name);
            bool emptyIsUnset = word[_at] == ':';
            _at += emptyIsUnset ? 1 : 0;
            char modifier = _at < word.Length ? word[_at++] : '\0';
            if (modifier == '}' && !emptyIsUnset)
            {
                return value ?? "";
            }

            string other = modifier is '-' or '+' or '?' ? ReadTo('}') : throw Failed($"unsupported modifier ({modifier}) in substitution");
            _at++;
            bool set = emptyIsUnset ? !string.IsNullOrEmpty(value) : value is not null;
            return modifier switch
            {
                '+' => set ? other : "",
                '-' => set ? value! : other,
                _ => set ? value! : throw Failed($"{name}: {(other.Length > 0 ? other : "is not allowed to be unset")}"),
            };
        }

        private QuaiException Failed(string why) => QuaiException.Invalid($"failed to process \"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\": {why}");

        private string Name()
        {
            int start = _at;
            while (_at < word.Length && (char.IsAsciiLetterOrDigit(word[_at]) || word[_at] == '_'))
            {
                _at++;
            }

            return word[start.._at];
        }

        private string? Value(string name)
        {
            string? entry = environment.FirstOrDefault(e => e.StartsWith(name, StringComparison.Ordinal) && e.Length > name.Length && e[name.Length] == '=');
            return entry?[(name.Length + 1)..];
        }
    }
}

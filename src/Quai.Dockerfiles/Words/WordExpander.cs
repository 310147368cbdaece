using System.Text;
using Quai.Errors;

namespace Quai.Dockerfiles.Words;

/// <summary>
/// Expands variables as BuildKit does in the arguments of instructions, which is nearly as a shell does: quotes and escapes go, and <c>$name</c>,
/// <c>${name}</c> and <c>${name}</c> with a modifier (<c>:-  -  :+  +  :?  ?  #  ##  %  %%  /a/b  //a/b</c>) are replaced.
/// <code>
/// new WordExpander('\\', n => n == "dir" ? "/opt" : null).Expand("\"$dir/x\"").Text; // /opt/x
/// </code>
/// </summary>
/// <param name="escape">The file's escape character.</param>
/// <param name="find">The value of a variable; null where it is not set.</param>
public sealed class WordExpander(char escape, Func<string, string?> find)
{
    private const char End = '\0';

    /// <summary>How deep variables may stand in the values that others have where they are not set.</summary>
    private const int Deepest = 100;

    /// <summary>How many characters one expansion may make, those of values within others too: values that replace within values grow without end.</summary>
    private const int Most = 4 << 20;

    private readonly List<string> _unset = [];
    private string _text = "";
    private int _at, _depth, _made;

    /// <summary>Whether quotes stay where they are, though what they mean counts: for what is shown to people.</summary>
    public bool KeepsQuotes { get; init; }

    /// <summary>Whether quotes mean nothing, as in a here-document.</summary>
    public bool IgnoresQuotes { get; init; }

    /// <summary>Whether variables that are not set stay as they are written.</summary>
    public bool KeepsUnset { get; init; }

    /// <summary>Expands a text.</summary>
    /// <exception cref="QuaiException">A quote is not closed, a variable is written wrongly, one that must be set is not, or the text grows too long.</exception>
    public Expansion Expand(string text) => new(Run(text, null), [.. _unset.Distinct(StringComparer.Ordinal)]);

    /// <summary>Expands a text and splits it into words at white space that is not quoted, that of values too.</summary>
    /// <exception cref="QuaiException">As of <see cref="Expand"/>.</exception>
    public (IReadOnlyList<string> Words, IReadOnlyList<string> Unset) ExpandWords(string text)
    {
        var words = new WordList();
        Run(text, words);
        return (words.Finish(), [.. _unset.Distinct(StringComparer.Ordinal)]);
    }

    private string Run(string text, WordList? words)
    {
        (_text, _at, _depth, _made) = (text, 0, 0, 0);
        _unset.Clear();
        return Until(End, words, keepsEscapes: false);
    }

    private char Peek() => _at < _text.Length ? _text[_at] : End;

    /// <summary>Expands up to a character, which is taken, too.</summary>
    private string Until(char stop, WordList? words, bool keepsEscapes)
    {
        var expanded = new StringBuilder();
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (stop != End && c == stop)
            {
                _at++;
                return expanded.ToString();
            }

            switch (c)
            {
                case '\'' when !IgnoresQuotes:
                    Add(SingleQuoted(), quoted: true);
                    break;
                case '"' when !IgnoresQuotes:
                    Add(DoubleQuoted(), quoted: true);
                    break;
                case '$':
                    Add(Variable(), quoted: false);
                    break;
                default:
                    _at++;
                    if (c != escape)
                    {
                        Add(_text.AsSpan(_at - 1, 1), quoted: false);
                        break;
                    }

                    if (keepsEscapes)
                    {
                        expanded.Append(c);
                    }

                    if (_at < _text.Length)
                    {
                        Add(_text.AsSpan(_at++, 1), quoted: true);
                    }

                    break;
            }
        }

        return stop == End ? expanded.ToString() : throw QuaiException.Invalid($"unexpected end of statement while looking for matching {stop}");

        void Add(ReadOnlySpan<char> part, bool quoted)
        {
            Count(part.Length);
            expanded.Append(part);
            words?.Add(part, quoted);
        }
    }

    private void Count(int characters)
    {
        _made += characters;
        if (_made > Most)
        {
            throw TooLong();
        }
    }

    private static QuaiException TooLong() => QuaiException.Invalid($"a text with its variables' values is longer than {Most} characters");

    private string SingleQuoted()
    {
        int close = _text.IndexOf('\'', _at + 1);
        if (close < 0)
        {
            throw QuaiException.Invalid("unexpected end of statement while looking for matching single-quote");
        }

        string inner = KeepsQuotes ? _text[_at..(close + 1)] : _text[(_at + 1)..close];
        _at = close + 1;
        return inner;
    }

    private string DoubleQuoted()
    {
        var expanded = new StringBuilder(KeepsQuotes ? "\"" : "");
        _at++;
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (c == '"')
            {
                _at++;
                return (KeepsQuotes ? expanded.Append('"') : expanded).ToString();
            }

            if (c == '$')
            {
                string value = Variable();
                Count(value.Length);
                expanded.Append(value);
                continue;
            }

            _at++;
            if (c == escape)
            {
                if (_at == _text.Length)
                {
                    break;
                }

                // Nothing else is escaped between quotes.
                if (_text[_at] is '"' or '$' || _text[_at] == escape)
                {
                    c = _text[_at++];
                }
            }

            expanded.Append(c);
        }

        throw QuaiException.Invalid("unexpected end of statement while looking for matching double-quote");
    }

    private string Variable()
    {
        int start = _at, unset = _unset.Count;
        if (++_depth > Deepest)
        {
            throw QuaiException.Invalid("syntax error: substitutions are nested too deeply");
        }

        string value = Replacement();
        _depth--;
        return KeepsUnset && _unset.Count > unset ? _text[start.._at] : value;
    }

    private string Replacement()
    {
        _at++;
        if (Peek() != '{')
        {
            string plain = Name();
            return plain.Length == 0 ? "$" : Value(plain) ?? "";
        }

        _at++;
        if (_at == _text.Length)
        {
            throw QuaiException.Invalid("syntax error: missing '}'");
        }

        if (Peek() is '{' or '}' or ':')
        {
            throw QuaiException.Invalid("syntax error: bad substitution");
        }

        string name = Name();
        if (_at == _text.Length)
        {
            throw QuaiException.Invalid("syntax error: missing '}'");
        }

        char modifier = _text[_at++];
        bool orEmpty = modifier == ':';
        if (orEmpty && _at < _text.Length)
        {
            modifier = _text[_at++];
        }

        return modifier switch
        {
            '}' when !orEmpty => Value(name) ?? "",
            '-' or '+' or '?' => Conditional(name, modifier, orEmpty),
            '#' or '%' when !orEmpty => Trimmed(name, modifier),
            '/' when !orEmpty => Replaced(name),
            _ => throw Unsupported(modifier, orEmpty),
        };
    }

    // Behind a colon the end is looked for first, so that it is missed in ${V:}.
    private QuaiException Unsupported(char modifier, bool orEmpty)
    {
        if (orEmpty)
        {
            Rest(keepsEscapes: false);
        }

        return QuaiException.Invalid($"unsupported modifier ({(orEmpty ? ":" : "")}{modifier}) in substitution");
    }

    private string Conditional(string name, char modifier, bool orEmpty)
    {
        string word = Rest(keepsEscapes: false);
        string? value = find(name);
        bool missing = value is null || (orEmpty && value.Length == 0);
        return modifier switch
        {
            '-' => missing ? word : value!,
            '+' => missing ? "" : word,
            _ => missing ? throw QuaiException.Invalid($"{name}: {(word.Length > 0 ? word : value is null ? "is not allowed to be unset" : "is not allowed to be empty")}") : value!,
        };
    }

    private string Trimmed(string name, char end)
    {
        string pattern = Rest(keepsEscapes: true), value = Value(name) ?? "";
        bool longest = pattern.StartsWith(end);
        return ShellPattern.Trim(value, longest ? pattern[1..] : pattern, fromStart: end == '#', longest);
    }

    private string Replaced(string name)
    {
        bool all = Peek() == '/';
        if (all)
        {
            _at++;
        }

        string pattern = Part('/', "syntax error: missing '/' in ${}"), replacement = Rest(keepsEscapes: true);
        return ShellPattern.Replace(Value(name) ?? "", pattern, replacement, all, Most) ?? throw TooLong();
    }

    private string Rest(bool keepsEscapes) => Part('}', "syntax error: missing '}'", keepsEscapes);

    private string Part(char stop, string missing, bool keepsEscapes = true)
    {
        try
        {
            return Until(stop, null, keepsEscapes);
        }
        catch (QuaiException) when (_at == _text.Length)
        {
            throw QuaiException.Invalid(missing);
        }
    }

    private string? Value(string name)
    {
        string? value = find(name);
        if (value is null)
        {
            _unset.Add(name);
        }

        return value;
    }

    /// <summary>A name; a number; or one of the shell's special parameters, which has no value here.</summary>
    private string Name()
    {
        int start = _at;
        if (Peek() is '@' or '*' or '#' or '?' or '-' or '$' or '!')
        {
            _at++;
        }
        else if (char.IsDigit(Peek()))
        {
            while (char.IsDigit(Peek()))
            {
                _at++;
            }
        }
        else
        {
            while (char.IsLetterOrDigit(Peek()) || Peek() == '_')
            {
                _at++;
            }
        }

        return _text[start.._at];
    }
}

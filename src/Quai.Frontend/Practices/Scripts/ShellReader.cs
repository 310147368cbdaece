using System.Text;

namespace Quai.Frontend.Practices.Scripts;

/// <summary>
/// Tells the commands of a script apart, as far as practices need it: quotes, brackets, operators and redirections. What a command substitutes is a part of its word; nothing is
/// expanded. A script that it does not understand gives commands that no practice knows.
/// </summary>
internal sealed class ShellReader
{
    private static readonly string[] s_reserved = ["if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "esac"];

    private readonly string _text;
    private readonly List<ShellCommand> _commands = [];
    private readonly StringBuilder _word = new();
    private List<string> _words = [];
    private bool _hasWord, _skipsWord;
    private int _at, _depth;

    private ShellReader(string text) => _text = text;

    /// <summary>The commands of a script, in their order.</summary>
    public static IReadOnlyList<ShellCommand> Read(string text) => new ShellReader(text).Run();

    private List<ShellCommand> Run()
    {
        while (_at < _text.Length)
        {
            Step(_text[_at]);
        }

        EndCommand("");
        return _commands;
    }

    private void Step(char c)
    {
        switch (c)
        {
            case '\\' when _at + 1 < _text.Length:
                if (_text[_at + 1] != '\n')
                {
                    Add(_text.AsSpan(_at + 1, 1));
                }

                _at += 2;
                break;
            case '\'':
                Quoted(_text.IndexOf('\'', _at + 1));
                break;
            case '"':
                DoubleQuoted();
                break;
            case '`':
                Quoted(_text.IndexOf('`', _at + 1));
                break;
            case '$' when _at + 1 < _text.Length && _text[_at + 1] is '(' or '{':
                Nested();
                break;
            case '#' when !_hasWord:
                int end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
                break;
            case ' ' or '\t' or '\r':
                EndWord();
                _at++;
                break;
            case '<' or '>':
                Redirect();
                break;
            case '&' when _at + 1 < _text.Length && _text[_at + 1] == '>':
                _at++;
                Redirect();
                break;
            case '(' or ')':
                EndCommand(c.ToString());
                _depth += c == '(' ? 1 : _depth > 0 ? -1 : 0;
                _at++;
                break;
            case ';' or '&' or '|' or '\n':
                int length = _at + 1 < _text.Length && c != '\n' && _text[_at + 1] is ';' or '&' or '|' ? 2 : 1;
                EndCommand(_text.Substring(_at, length) is "|&" ? "|" : _text.Substring(_at, length));
                _at += length;
                break;
            default:
                Add(_text.AsSpan(_at++, 1));
                break;
        }
    }

    private void Add(ReadOnlySpan<char> text)
    {
        _word.Append(text);
        _hasWord = true;
    }

    private void Quoted(int end)
    {
        int last = end < 0 ? _text.Length : end;
        Add(_text.AsSpan(_at + 1, last - _at - 1));
        _at = Math.Min(last + 1, _text.Length);
    }

    private void DoubleQuoted()
    {
        _hasWord = true;
        for (_at++; _at < _text.Length && _text[_at] != '"';)
        {
            if (_text[_at] == '\\' && _at + 1 < _text.Length)
            {
                Add(_text.AsSpan(_at + 1, 1));
                _at += 2;
            }
            else if (_text[_at] == '$' && _at + 1 < _text.Length && _text[_at + 1] is '(' or '{')
            {
                Nested();
            }
            else
            {
                Add(_text.AsSpan(_at++, 1));
            }
        }

        _at = Math.Min(_at + 1, _text.Length);
    }

    /// <summary>A substitution, to its closing bracket, as it is written.</summary>
    private void Nested()
    {
        char open = _text[_at + 1], close = open == '(' ? ')' : '}';
        int start = _at, depth = 0;
        for (_at++; _at < _text.Length; _at++)
        {
            depth += _text[_at] == open ? 1 : _text[_at] == close ? -1 : 0;
            if (depth == 0)
            {
                _at++;
                break;
            }
        }

        Add(_text.AsSpan(start, Math.Min(_at, _text.Length) - start));
    }

    private void Redirect()
    {
        if (_hasWord && _word.ToString().All(char.IsAsciiDigit))
        {
            // The descriptor.
            _word.Clear();
            _hasWord = false;
        }

        EndWord();
        while (_at < _text.Length && _text[_at] is '<' or '>' or '&' or '|' or '-')
        {
            _at++;
        }

        _skipsWord = true;
    }

    private void EndWord()
    {
        if (!_hasWord)
        {
            return;
        }

        if (!_skipsWord && (_words.Count > 0 || !s_reserved.Contains(_word.ToString())))
        {
            _words.Add(_word.ToString());
        }

        _skipsWord = false;
        _hasWord = false;
        _word.Clear();
    }

    private void EndCommand(string next)
    {
        EndWord();
        _skipsWord = false;
        if (_words.Count > 0)
        {
            _commands.Add(new ShellCommand(_words, next, _depth));
            _words = [];
        }
    }
}

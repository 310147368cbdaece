using System.Globalization;
using System.Text;

namespace Quai.Compose.Interpolation;

/// <summary>Reads files of environment variables.</summary>
internal sealed class DotEnv
{
    private readonly string _file;
    private readonly Func<string, string?> _lookup, _fallback;
    private readonly Dictionary<string, string> _found = [];
    private string _rest;
    private int _line = 1;

    private DotEnv(string file, string text, Func<string, string?> lookup, Func<string, string?>? fallback) =>
        (_file, _rest, _lookup, _fallback) = (file, text, lookup, fallback ?? (_ => null));

    /// <summary>The variables of a file, in its order. Variables in values take what is set outside first, then what the file set before, then a fallback.</summary>
    /// <exception cref="ComposeException">A line is malformed.</exception>
    public static IReadOnlyDictionary<string, string> Read(string file, string text, Func<string, string?> lookup, Func<string, string?>? fallback = null)
    {
        DotEnv reader = new(file, text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal), lookup, fallback);
        reader.ReadAll();
        return reader._found;
    }

    /// <summary>The variables of a file of the format <c>raw</c>: what follows the equals sign is the value.</summary>
    public static IReadOnlyDictionary<string, string> ReadRaw(string file, string text, Func<string, string?> lookup)
    {
        Dictionary<string, string> found = [];
        int number = 0;
        foreach (string raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            string line = raw.TrimEnd('\r').TrimStart();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            int sign = line.IndexOf('=', StringComparison.Ordinal);
            string name = sign < 0 ? line : line[..sign];
            if (name.Length == 0 || name.Any(c => c is ' ' or '\t'))
            {
                throw Fault(file, number, name, $"failed to read {file}: line {number}: variable '{name}' contains whitespaces");
            }

            if (sign >= 0)
            {
                found[name] = line[(sign + 1)..];
            }
            else if (lookup(name) is { } inherited)
            {
                found[name] = inherited;
            }
        }

        return found;
    }

    private void ReadAll()
    {
        while (SkipToStatement())
        {
            string name = ReadName(out bool isInherited);
            if (name.Contains(' ', StringComparison.Ordinal))
            {
                throw Fault(name, "key cannot contain a space");
            }

            if (!isInherited)
            {
                _found[name] = ReadValue();
            }
            else if (_lookup(name) is { } value)
            {
                _found[name] = value;
            }
        }
    }

    private bool SkipToStatement()
    {
        while (true)
        {
            int at = 0;
            while (at < _rest.Length && char.IsWhiteSpace(_rest[at]))
            {
                at++;
            }

            Take(at);
            if (_rest.Length == 0 || _rest[0] != '#')
            {
                return _rest.Length > 0;
            }

            int end = _rest.IndexOf('\n', StringComparison.Ordinal);
            Take(end < 0 ? _rest.Length : end);
        }
    }

    private string ReadName(out bool isInherited)
    {
        if (_rest.StartsWith("export", StringComparison.Ordinal) && _rest.Length > 6 && _rest[6] is ' ' or '\t')
        {
            Take(6 + (_rest.Length - 6 - _rest[6..].TrimStart(' ', '\t').Length));
        }

        isInherited = false;
        for (int i = 0; i < _rest.Length; i++)
        {
            char c = _rest[i];
            if (c is '=' or ':' or '\n')
            {
                isInherited = c == '\n';
                string name = _rest[..i].TrimEnd();
                Take(i + 1);
                Take(_rest.Length - _rest.TrimStart(' ', '\t', '\v', '\f', '\r').Length);
                return name;
            }

            if (!(char.IsLetterOrDigit(c) || c is '_' or '.' or '-' or '[' or ']' or ' ' or '\t' or '\r'))
            {
                int end = _rest.IndexOf('\n', StringComparison.Ordinal);
                throw Fault(_rest[..i], $"unexpected character \"{c}\" in variable name \"{(end < 0 ? _rest : _rest[..end])}\"");
            }
        }

        isInherited = true;
        string last = _rest.TrimEnd();
        Take(_rest.Length);
        return last;
    }

    private string ReadValue()
    {
        if (_rest.Length > 0 && _rest[0] is '"' or '\'')
        {
            return ReadQuoted(_rest[0]);
        }

        int end = _rest.IndexOf('\n', StringComparison.Ordinal);
        string value = end < 0 ? _rest : _rest[..end];
        Take(end < 0 ? _rest.Length : end);
        int comment = value.IndexOf(" #", StringComparison.Ordinal);
        return Expand((comment < 0 ? value : value[..comment]).TrimEnd());
    }

    /// <summary>A value in quotation marks, which may reach over lines.</summary>
    private string ReadQuoted(char mark)
    {
        StringBuilder value = new();
        bool isEscaped = false;
        for (int i = 1; i < _rest.Length; i++)
        {
            char c = _rest[i];
            if (c == mark && !isEscaped)
            {
                Take(i + 1);
                return mark == '\'' ? value.ToString() : Expand(Unescape(value.ToString()));
            }

            if (!isEscaped && c == '\\')
            {
                isEscaped = true;
                continue;
            }

            if (isEscaped && c != mark)
            {
                value.Append('\\');
            }

            isEscaped = false;
            value.Append(c);
        }

        int end = _rest.IndexOf('\n', StringComparison.Ordinal);
        string line = end < 0 ? _rest : _rest[..end];
        throw Fault(line, $"unterminated quoted value {line}");
    }

    private static string Unescape(string text)
    {
        StringBuilder result = new();
        for (int i = 0; i < text.Length; i++)
        {
            char next = text[i] == '\\' && i + 1 < text.Length ? text[i + 1] : '\0';
            string? plain = next switch
            {
                'a' => "\a",
                'b' => "\b",
                'f' => "\f",
                'n' => "\n",
                'r' => "\r",
                't' => "\t",
                'v' => "\v",
                '"' => "\"",
                '\\' => "\\",
                // A dollar sign that is escaped begins no variable.
                '$' => "$$",
                _ => null,
            };
            i += plain is null ? 0 : 1;
            result.Append(plain ?? text[i].ToString());
        }

        return result.ToString();
    }

    private string Expand(string value)
    {
        try
        {
            return value.Contains('$', StringComparison.Ordinal) ? new Substitution(name => _lookup(name) ?? _found.GetValueOrDefault(name) ?? _fallback(name)).Apply(value) : value;
        }
        catch (SubstitutionException e)
        {
            throw Fault(value, e.Reason ?? $"Invalid template: \"{value}\"");
        }
    }

    private void Take(int count)
    {
        _line += _rest.AsSpan(0, count).Count('\n');
        _rest = _rest[count..];
    }

    private ComposeException Fault(string value, string message) => Fault(_file, _line, value, $"failed to read {_file}: line {_line.ToString(CultureInfo.InvariantCulture)}: {message}");

    private static ComposeException Fault(string file, int line, string value, string message) =>
        new(new ComposeFault(message) { Place = new(file, line, 1), Value = value, Expected = "NAME=VALUE" });
}

using System.Globalization;
using System.Text;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Json;

/// <summary>Reads JSON documents with the places of what is in them.</summary>
internal sealed class JsonParser
{
    private readonly SourceText _source;
    private int _at;
    private int _depth;

    private JsonParser(SourceText source) => _source = source;

    /// <summary>Reads a document.</summary>
    /// <exception cref="BakeException">It is not JSON.</exception>
    public static JsonNode Parse(SourceText source)
    {
        try
        {
            return ParseDocument(source);
        }
        catch (BakeException e) when (e.DiagnosticCount == 1)
        {
            // What is no JSON is no object either, which counts, too.
            throw Diagnostics.Error(e.FirstDiagnostic!, 2, e.Place);
        }
    }

    private static JsonNode ParseDocument(SourceText source)
    {
        JsonParser parser = new(source);
        JsonNode node = parser.ParseValue();
        parser.SkipBlank();
        return parser._at == source.Text.Length
            ? node
            : throw parser.Error("Extraneous data after value", "Extra characters appear after the JSON value.");
    }

    private char Current => _at < _source.Text.Length ? _source.Text[_at] : '\0';

    private BakeException Error(string summary, string detail) =>
        Diagnostics.Error(summary, detail, _source.Range(_at, Math.Min(_at + 1, _source.Text.Length)));

    private void SkipBlank()
    {
        while (Current is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }
    }

    private JsonNode ParseValue()
    {
        SkipBlank();
        if (++_depth > Limits.Deepest)
        {
            throw Error("JSON nested too deeply", "There are too many values within values.");
        }

        JsonNode node = Current switch
        {
            '{' => ParseObject(),
            '[' => ParseArray(),
            '"' => ParseText(),
            '\0' when _at >= _source.Text.Length => throw Error("Missing JSON value", "A JSON value must start with a brace, a bracket, a number, a string, or a keyword."),
            _ => ParseWord(),
        };
        _depth--;
        return node;
    }

    private JsonObject ParseObject()
    {
        int start = _at++;
        List<JsonMember> members = [];
        while (true)
        {
            SkipBlank();
            if (Current == '}' && members.Count == 0)
            {
                break;
            }

            if (Current != '"')
            {
                throw _at >= _source.Text.Length
                    ? Diagnostics.Error("Unclosed object", "No closing brace was found for this JSON object.", _source.Range(start, start + 1))
                    : Current == '}' ? Error("Trailing comma in object", "JSON does not permit a trailing comma after the final property in an object.") : Error("Invalid object property name", "A JSON object property name must be a string.");
            }

            JsonText name = ParseText();
            SkipBlank();
            if (Current != ':')
            {
                throw Error(Current == '=' ? "Missing property value colon" : "Missing property value colon", Current == '=' ? "JSON uses a colon as its name/value delimiter, not an equals sign." : "A colon must appear between an object property's name and its value.");
            }

            _at++;
            members.Add(new(name.Text, name.Range, ParseValue()));
            SkipBlank();
            if (Current == ',')
            {
                _at++;
                continue;
            }

            if (Current != '}')
            {
                throw _at >= _source.Text.Length
                    ? Diagnostics.Error("Unclosed object", "No closing brace was found for this JSON object.", _source.Range(start, start + 1))
                    : Error("Missing attribute separator comma", "A comma must appear between each property definition in an object.");
            }

            break;
        }

        _at++;
        return new(members, _source.Range(start, _at));
    }

    private JsonArray ParseArray()
    {
        int start = _at++;
        List<JsonNode> items = [];
        SkipBlank();
        while (Current != ']')
        {
            items.Add(ParseValue());
            SkipBlank();
            if (Current == ',')
            {
                _at++;
                SkipBlank();
                if (Current == ']')
                {
                    throw Error("Trailing comma in array", "JSON does not permit a trailing comma after the final value in an array.");
                }
            }
            else if (Current != ']')
            {
                throw _at >= _source.Text.Length
                    ? Diagnostics.Error("Unclosed array", "No closing bracket was found for this JSON array.", _source.Range(start, start + 1))
                    : Error("Missing attribute separator comma", "A comma must appear between each value in an array.");
            }
        }

        _at++;
        return new(items, _source.Range(start, _at));
    }

    private JsonWord ParseWord()
    {
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '-' or '+' or '.' or '_')
        {
            _at++;
        }

        string word = _source.Text[start.._at];
        SourceRange range = _source.Range(start, Math.Max(_at, start + 1));
        if (word is "true" or "false" or "null")
        {
            return new(word, range);
        }

        if (word.Length == 0)
        {
            throw Diagnostics.Error("Invalid start of value", "A JSON value must start with a brace, a bracket, a number, a string, or a keyword.", range);
        }

        return (char.IsAsciiDigit(word[0]) || word[0] == '-') && word.Length < 1000 && BigNumber.Parse(word) is not null
            ? new(word, range)
            : throw Diagnostics.Error(char.IsAsciiLetter(word[0]) ? "Invalid JSON keyword" : "Invalid JSON number", char.IsAsciiLetter(word[0]) ? $"\"{word}\" is not a valid JSON keyword." : "There is a syntax error in the given JSON number.", range);
    }

    private JsonText ParseText()
    {
        int start = _at++;
        StringBuilder text = new();
        while (Current != '"')
        {
            if (_at >= _source.Text.Length || Current is '\n' or '\r')
            {
                throw Diagnostics.Error("Unterminated string", "There is no end of this JSON string on its line.", _source.Range(start, Math.Min(_at, _source.Text.Length)));
            }

            if (Current != '\\')
            {
                text.Append(Current);
                _at++;
                continue;
            }

            _at++;
            char c = Current;
            char? simple = c switch { '"' or '\\' or '/' => c, 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => null };
            if (simple is null && (c != 'u' || _at + 5 > _source.Text.Length))
            {
                throw Error("Invalid JSON string", "There is a syntax error in the given JSON string.");
            }

            if (simple is { } character)
            {
                text.Append(character);
                _at++;
            }
            else
            {
                text.Append(ushort.TryParse(_source.Text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code)
                    ? (char)code
                    : throw Error("Invalid JSON string", "There is a syntax error in the given JSON string."));
                _at += 5;
            }
        }

        _at++;
        return new(text.ToString(), _source.Range(start, _at));
    }
}

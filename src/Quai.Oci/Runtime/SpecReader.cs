using System.Numerics;
using System.Text.Json;

namespace Quai.Oci.Runtime;

/// <summary>
/// A forward-only walk over one document, whose errors name the place: <c>process.args[1] must be a string</c>.
/// The current token is always the next value to read.
/// </summary>
internal ref struct SpecReader
{
    private readonly List<string> _path = [];
    private Utf8JsonReader _json;

    public SpecReader(ReadOnlySpan<byte> document)
    {
        _json = new Utf8JsonReader(document);
        _json.Read();
    }

    /// <summary>Reads one element or member value.</summary>
    public delegate T Value<out T>(ref SpecReader json);

    /// <summary>Enters an object. False for null, which counts as absent.</summary>
    public bool Object() => Enter(JsonTokenType.StartObject, "an object");

    /// <summary>Enters a required object.</summary>
    public void Begin()
    {
        if (!Object())
        {
            throw Expected("an object");
        }
    }

    /// <summary>Moves to the object's next member; false at its end.</summary>
    public bool Member(out string name)
    {
        Leave();
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            name = "";
            return false;
        }

        name = _json.GetString()!;
        _path.Add(name);
        _json.Read();
        return true;
    }

    /// <summary>All elements of an array; null for null.</summary>
    public List<T>? List<T>(Value<T> element)
    {
        if (!Enter(JsonTokenType.StartArray, "an array"))
        {
            return null;
        }

        List<T> all = [];
        while (true)
        {
            Leave();
            _json.Read();
            if (_json.TokenType == JsonTokenType.EndArray)
            {
                return all;
            }

            _path.Add($"[{all.Count}]");
            all.Add(element(ref this));
        }
    }

    /// <summary>All elements of an array of strings; null for null.</summary>
    public List<string>? Texts() => List(static (ref SpecReader json) => json.Text());

    /// <summary>The members of an object with values of one kind; null for null.</summary>
    public Dictionary<string, T>? Map<T>(Value<T> value)
    {
        if (!Object())
        {
            return null;
        }

        Dictionary<string, T> all = [];
        while (Member(out string name))
        {
            all[name] = value(ref this);
        }

        return all;
    }

    /// <summary>The members of an object with string values; null for null.</summary>
    public Dictionary<string, string>? TextMap() => Map(static (ref SpecReader json) => json.Text());

    /// <summary>A string.</summary>
    public readonly string Text() => TextOrNull() ?? throw Expected("a string");

    /// <summary>A string or null.</summary>
    public readonly string? TextOrNull() => _json.TokenType switch
    {
        JsonTokenType.String => WithoutNul(_json.GetString()!),
        JsonTokenType.Null => null,
        _ => throw Expected("a string"),
    };

    /// <summary>A boolean; null is false.</summary>
    public readonly bool Flag() => _json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        _ => throw Expected("true or false"),
    };

    /// <summary>An integer within the range of its type.</summary>
    public readonly T Number<T>() where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => NumberOrNull<T>() ?? throw Expected("a number");

    /// <summary>An integer or null.</summary>
    public readonly T? NumberOrNull<T>() where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (_json.TokenType == JsonTokenType.Number)
        {
            if (_json.TryGetInt64(out long signed) && long.CreateSaturating(T.MinValue) <= signed && signed <= long.CreateSaturating(T.MaxValue))
            {
                return T.CreateTruncating(signed);
            }

            if (typeof(T) == typeof(ulong) && _json.TryGetUInt64(out ulong unsigned))
            {
                return T.CreateTruncating(unsigned);
            }
        }

        throw Expected($"a whole number between {T.MinValue} and {T.MaxValue}");
    }

    /// <summary>Skips a value that nothing here uses.</summary>
    public void Skip() => _json.Skip();

    /// <summary>Skips a setting of the specification that this runtime cannot honour if nothing is set; refuses it otherwise.</summary>
    public void Refuse()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return;
        }

        bool isComposite = _json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        if (isComposite)
        {
            _json.Read();
        }

        if (!isComposite || _json.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            throw new JsonException($"{Place} is not supported by this runtime");
        }
    }

    /// <summary>After the document's single value: nothing may follow.</summary>
    public void End() => _json.Read();

    /// <summary>The kernel's strings end at a NUL: it would see another path or argument than was checked.</summary>
    private readonly string WithoutNul(string text) => text.Contains('\0', StringComparison.Ordinal) ? throw Expected("a string without NUL") : text;

    private readonly string Place => string.Join('.', _path).Replace(".[", "[", StringComparison.Ordinal);

    private readonly JsonException Expected(string what) => new($"{Place} must be {what}");

    private bool Enter(JsonTokenType start, string what)
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        if (_json.TokenType != start)
        {
            throw _path.Count == 0 ? new JsonException($"the document must be {what}") : Expected(what);
        }

        // Removed again by the first Leave.
        _path.Add("");
        return true;
    }

    private readonly void Leave() => _path.RemoveAt(_path.Count - 1);
}

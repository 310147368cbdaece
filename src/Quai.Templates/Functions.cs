using System.Globalization;
using System.Text;

namespace Quai.Templates;

/// <summary>A template function's failure; the executor adds the name and the place.</summary>
internal sealed class FunctionException(string message) : Exception(message);

/// <summary>An argument of a type that the function does not accept; the executor adds which and where.</summary>
internal sealed class ArgumentTypeException(int index, string expected, object? value) : Exception
{
    /// <summary>Which argument, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>What is wrong with it if it appears in the template as <paramref name="node"/>.</summary>
    public string Describe(Node node) => node switch
    {
        ConstantNode => $"expected {(expected == "int" ? "integer" : expected)}; found {node}",
        NilNode => $"cannot assign nil to {expected}",
        _ when value is null => $"invalid value; expected {expected}",
        _ => $"wrong type for value; expected {expected}; got {GoText.TypeName(value)}",
    };
}

/// <summary>The functions a template may call: Go's own and those that Docker adds for <c>--format</c>.</summary>
internal static class Functions
{
    private delegate object? Function(IReadOnlyList<object?> arguments);

    private static readonly Dictionary<string, (int Min, int Max, Function Call)> Table = new(StringComparer.Ordinal)
    {
        ["index"] = (1, int.MaxValue, Index),
        ["slice"] = (1, int.MaxValue, Slice),
        ["len"] = (1, 1, Length),
        ["not"] = (1, 1, a => !IsTrue(a[0])),
        ["print"] = (0, int.MaxValue, Print),
        ["println"] = (0, int.MaxValue, a => string.Join(' ', a.Select(GoText.Show)) + "\n"),
        ["printf"] = (1, int.MaxValue, a => GoPrintf.Format(Text(a, 0), [.. a.Skip(1)])),
        ["html"] = (0, int.MaxValue, a => Escape(Print(a), HtmlOf)),
        ["js"] = (0, int.MaxValue, a => Escape(Print(a), JavaScriptOf)),
        ["urlquery"] = (0, int.MaxValue, a => Uri.EscapeDataString(Print(a)).Replace("%20", "+", StringComparison.Ordinal)),
        ["eq"] = (1, int.MaxValue, Equal),
        ["ne"] = (2, 2, a => !AreEqual(a[0], a[1])),
        ["lt"] = (2, 2, a => IsLess(a[0], a[1])),
        ["le"] = (2, 2, a => IsLess(a[0], a[1]) || AreEqual(a[0], a[1])),
        ["gt"] = (2, 2, a => !(IsLess(a[0], a[1]) || AreEqual(a[0], a[1]))),
        ["ge"] = (2, 2, a => !IsLess(a[0], a[1])),
        ["json"] = (1, 1, a => GoJson.Write(a[0])),
        ["split"] = (2, 2, a => Split(Text(a, 0), Text(a, 1))),
        ["join"] = (2, 2, Join),
        ["title"] = (1, 1, a => Title(Text(a, 0))),
        ["lower"] = (1, 1, a => Text(a, 0).ToLowerInvariant()),
        ["upper"] = (1, 1, a => Text(a, 0).ToUpperInvariant()),
        ["pad"] = (3, 3, a => Text(a, 0).Length == 0 ? "" : Spaces(Integer(a, 1)) + Text(a, 0) + Spaces(Integer(a, 2))),
        ["truncate"] = (2, 2, a => Text(a, 0).Length < Integer(a, 1) ? Text(a, 0) : Text(a, 0)[..(int)Math.Max(0, Integer(a, 1))]),
    };

    /// <summary>Functions that leave a table's header unchanged.</summary>
    private static readonly string[] PlainInHeaders = ["json", "split", "join", "title", "lower", "upper", "truncate"];

    /// <summary>More spaces than any line has are a mistake; filling all memory with them would kill the program.</summary>
    private static string Spaces(long count) =>
        count < 0 ? throw new FunctionException("strings: negative Repeat count") : count > 1_000_000 ? throw new FunctionException("strings: Repeat count is too large") : new string(' ', (int)count);

    /// <summary>Whether there is such a function; <c>and</c> and <c>or</c> are the executor's.</summary>
    public static bool Exists(string name) => name is "and" or "or" || Table.ContainsKey(name);

    /// <summary>Whether the number of arguments is valid; if not, <paramref name="message"/> says so in Go's words.</summary>
    public static bool Accepts(string name, int count, out string message)
    {
        (int min, int max, _) = name is "and" or "or" ? (1, int.MaxValue, null!) : Table[name];
        message = max == int.MaxValue
            ? $"wrong number of args for {name}: want at least {min} got {count}"
            : $"wrong number of args for {name}: want {min} got {count}";
        return count >= min && count <= max;
    }

    /// <summary>Calls a function.</summary>
    public static object? Call(string name, IReadOnlyList<object?> arguments, bool header) =>
        header && PlainInHeaders.Contains(name, StringComparer.Ordinal) ? arguments[0] : Table[name].Call(arguments);

    /// <summary>Go's notion of truth: not nil, not empty, not zero.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or GoNil => false,
        bool flag => flag,
        long n => n != 0,
        int n => n != 0,
        double n => n != 0,
        string text => text.Length > 0,
        GoList list => list.Items.Count > 0,
        GoMap map => map.Entries.Count > 0,
        _ => true,
    };

    private static string Text(IReadOnlyList<object?> arguments, int index) => arguments[index] as string ?? throw new ArgumentTypeException(index, "string", arguments[index]);

    private static long Integer(IReadOnlyList<object?> arguments, int index) => arguments[index] is long n ? n : throw new ArgumentTypeException(index, "int", arguments[index]);

    private static string Print(IReadOnlyList<object?> arguments)
    {
        // fmt.Sprint puts a space between two operands when neither is a string.
        var text = new StringBuilder();
        for (int i = 0; i < arguments.Count; i++)
        {
            text.Append(i > 0 && arguments[i] is not string && arguments[i - 1] is not string ? " " : "").Append(GoText.Show(arguments[i]));
        }

        return text.ToString();
    }

    private static object? Index(IReadOnlyList<object?> arguments)
    {
        object? item = arguments[0];
        if (item is null)
        {
            throw new FunctionException("index of untyped nil");
        }

        for (int i = 1; i < arguments.Count; i++)
        {
            object? key = arguments[i];
            switch (item)
            {
                case null or GoNil:
                    throw new FunctionException("index of nil pointer");
                case GoMap map:
                    string name = key as string ?? throw new FunctionException(key is null ? "value is nil; should be of type string" : $"value has type {GoText.TypeName(key)}; should be string");
                    if (map.KeyTypeName is { } keyType)
                    {
                        throw new FunctionException($"value has type string; should be {keyType}");
                    }

                    item = map.Entries.TryGetValue(name, out object? found) ? found : map.Zero;
                    break;
                case GoList or string:
                    int count = item is GoList list ? list.Items.Count : Encoding.UTF8.GetByteCount((string)item);
                    int at = Position(key, count);
                    if (at == count)
                    {
                        throw new FunctionException(item is GoList ? "reflect: slice index out of range" : "reflect: string index out of range");
                    }

                    item = item is GoList elements ? elements.Items[at] : (long)Encoding.UTF8.GetBytes((string)item)[at];
                    break;
                default:
                    throw new FunctionException($"can't index item of type {GoText.TypeName(item)}");
            }
        }

        return item;
    }

    private static int Position(object? key, int limit)
    {
        if (key is not long at)
        {
            throw new FunctionException(key is null ? "cannot index slice/array with nil" : $"cannot index slice/array with type {GoText.TypeName(key)}");
        }

        return at < 0 || at > limit ? throw new FunctionException($"index out of range: {at}") : (int)at;
    }

    private static object? Slice(IReadOnlyList<object?> arguments)
    {
        object? item = arguments[0] ?? throw new FunctionException("slice of untyped nil");
        if (item is not (string or GoList))
        {
            throw new FunctionException($"can't slice item of type {GoText.TypeName(item)}");
        }

        if (arguments.Count > 4)
        {
            throw new FunctionException($"too many slice indexes: {arguments.Count - 1}");
        }

        byte[] bytes = item is string text ? Encoding.UTF8.GetBytes(text) : [];
        int count = item is GoList list ? list.Items.Count : bytes.Length;
        int from = arguments.Count > 1 ? Position(arguments[1], count) : 0;
        int to = arguments.Count > 2 ? Position(arguments[2], count) : count;
        if (from > to)
        {
            throw new FunctionException($"invalid slice index: {from} > {to}");
        }

        return item is GoList elements
            ? new GoList([.. elements.Items.Skip(from).Take(to - from)], elements.TypeName)
            : Encoding.UTF8.GetString(bytes, from, to - from);
    }

    private static object? Length(IReadOnlyList<object?> arguments) => arguments[0] switch
    {
        string text => (long)Encoding.UTF8.GetByteCount(text),
        GoList list => (long)list.Items.Count,
        GoMap map => (long)map.Entries.Count,
        null => throw new FunctionException("len of nil pointer"),
        { } other => throw new FunctionException($"len of type {GoText.TypeName(other)}"),
    };

    private static object? Equal(IReadOnlyList<object?> arguments)
    {
        if (arguments.Count == 1)
        {
            throw new FunctionException("missing argument for comparison");
        }

        for (int i = 1; i < arguments.Count; i++)
        {
            if (AreEqual(arguments[0], arguments[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool AreEqual(object? left, object? right)
    {
        left = left is GoNumber first ? first.Text : left;
        right = right is GoNumber second ? second.Text : right;
        if ((left is GoList or GoMap) != (right is GoList or GoMap) && left is not null && right is not null)
        {
            throw new FunctionException("incompatible types for comparison");
        }

        foreach (object? side in (ReadOnlySpan<object?>)[left, right])
        {
            if (side is GoList or GoMap)
            {
                if (left is null || right is null)
                {
                    return side is GoList { IsNil: true } or GoMap { IsNil: true };
                }

                throw new FunctionException("non-comparable type " + GoText.TypeName(side) + ": " + GoText.Show(side));
            }
        }

        left = left is GoNil ? null : left;
        right = right is GoNil ? null : right;
        if (left is null || right is null)
        {
            return left is null && right is null;
        }

        return left.GetType() == right.GetType() ? left.Equals(right) : throw new FunctionException("incompatible types for comparison");
    }

    private static bool IsLess(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => a < b,
        (double a, double b) => a < b,
        (string a, string b) => string.CompareOrdinal(a, b) < 0,
        (bool, _) or (_, bool) or (null, _) or (_, null) => throw new FunctionException("invalid type for comparison"),
        _ => throw new FunctionException("incompatible types for comparison"),
    };

    private static GoList Split(string text, string separator) => separator.Length == 0
        ? new GoList([.. text.EnumerateRunes().Select(object? (r) => r.ToString())], "[]string")
        : new GoList([.. text.Split(separator)], "[]string");

    private static object? Join(IReadOnlyList<object?> arguments)
    {
        if (arguments[0] is not GoList list || (list.IsUntyped && list.Items.Any(i => i is not string)))
        {
            throw new ArgumentTypeException(0, "[]string", arguments[0]);
        }

        return string.Join(Text(arguments, 1), list.Items.Select(GoText.Show));
    }

    private static string Title(string text)
    {
        var titled = new StringBuilder(text.Length);
        bool start = true;
        foreach (char c in text)
        {
            titled.Append(start ? char.ToUpper(c, CultureInfo.InvariantCulture) : c);
            start = !(char.IsLetterOrDigit(c) || c is '_' or '\'');
        }

        return titled.ToString();
    }

    private static string Escape(string text, Func<char, string?> replacement)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (replacement(c) is { } other)
            {
                escaped.Append(other);
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    private static string? HtmlOf(char c) => c switch
    {
        '\0' => "\uFFFD", '"' => "&#34;", '\'' => "&#39;", '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", _ => null,
    };

    private static string? JavaScriptOf(char c) => c switch
    {
        '\\' => "\\\\", '\'' => "\\'", '"' => "\\\"", '<' => "\\u003C", '>' => "\\u003E", '&' => "\\u0026", '=' => "\\u003D",
        < ' ' => $"\\u{(int)c:X4}",
        _ => null,
    };
}

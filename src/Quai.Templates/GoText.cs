using System.Globalization;
using System.Text;

namespace Quai.Templates;

/// <summary>Values as Go writes them: <c>%v</c>, <c>%q</c>, numbers, and Go's quoted strings.</summary>
public static class GoText
{
    /// <summary>A value as <c>fmt.Sprint</c> shows it.</summary>
    public static string Show(object? value)
    {
        var text = new StringBuilder();
        Append(text, value, nested: false);
        return text.ToString();
    }

    /// <summary>A float as Go's <c>%v</c> shows it: the shortest digits that read back, with an exponent from a million on.</summary>
    public static string ShowFloat(double value) => ShowFloat(value, -4, 6);

    /// <summary>A float as Go's JSON writes it: an exponent only for very small or very large values.</summary>
    public static string ShowJsonFloat(double value) => ShowFloat(value, -6, 21).Replace("e-0", "e-", StringComparison.Ordinal);

    private static string ShowFloat(double value, int smallest, int largest)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        (string digits, int exponent, bool negative) = Digits(value.ToString("R", CultureInfo.InvariantCulture));
        string sign = negative ? "-" : "";
        if (exponent < smallest || exponent >= largest)
        {
            string mantissa = digits.Length == 1 ? digits : digits[..1] + "." + digits[1..];
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? sign + digits + new string('0', exponent + 1 - digits.Length)
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>A string in Go's double quotes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"': quoted.Append("\\\""); break;
                case '\\': quoted.Append("\\\\"); break;
                case '\a': quoted.Append("\\a"); break;
                case '\b': quoted.Append("\\b"); break;
                case '\f': quoted.Append("\\f"); break;
                case '\n': quoted.Append("\\n"); break;
                case '\r': quoted.Append("\\r"); break;
                case '\t': quoted.Append("\\t"); break;
                case '\v': quoted.Append("\\v"); break;
                case < 0x20 or 0x7f: quoted.Append("\\x").Append(rune.Value.ToString("x2")); break;
                default: quoted.Append(rune.ToString()); break;
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>The value of a Go literal in quotes, apostrophes or backquotes; null if it is malformed.</summary>
    public static string? Unquote(string literal)
    {
        if (literal.Length < 2 || literal[0] != literal[^1])
        {
            return null;
        }

        if (literal[0] == '`')
        {
            return literal[1..^1].Replace("\r", "", StringComparison.Ordinal);
        }

        var text = new StringBuilder();
        for (int i = 1; i < literal.Length - 1; i++)
        {
            char c = literal[i];
            if (c != '\\')
            {
                text.Append(c);
                continue;
            }

            if (++i >= literal.Length - 1)
            {
                return null;
            }

            int digits = literal[i] switch { 'x' => 2, 'u' => 4, 'U' => 8, >= '0' and <= '7' => -3, _ => 0 };
            if (digits > 0)
            {
                if (i + digits >= literal.Length
                    || !int.TryParse(literal.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
                    || !Rune.TryCreate(code, out Rune rune))
                {
                    return null;
                }

                text.Append(rune.ToString());
                i += digits;
                continue;
            }

            if (digits < 0)
            {
                if (i + 2 >= literal.Length - 1)
                {
                    return null;
                }

                int octal = 0;
                for (int k = 0; k < 3; k++)
                {
                    octal = (octal * 8) + literal[i + k] - '0';
                }

                text.Append((char)octal);
                i += 2;
                continue;
            }

            char? simple = literal[i] switch
            {
                'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v',
                '\\' => '\\', '"' => '"', '\'' => '\'', _ => null,
            };
            if (simple is null)
            {
                return null;
            }

            text.Append(simple.Value);
        }

        return text.ToString();
    }

    /// <summary>Go's name for a value's type, as error messages show it.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "nil",
        bool => "bool",
        int or long => "int",
        double => "float64",
        string => "string",
        GoNumber => "json.Number",
        GoList list => list.TypeName,
        GoMap map => map.TypeName,
        GoNil nil => nil.TypeName,
        IGoStruct structure => structure.TypeName,
        _ => value.GetType().Name,
    };

    internal static void Append(StringBuilder text, object? value, bool nested)
    {
        switch (value)
        {
            case null or GoNil:
                text.Append("<nil>");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case int or long:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case double real:
                text.Append(ShowFloat(real));
                break;
            case string plain:
                text.Append(plain);
                break;
            case GoList list:
                text.Append('[');
                for (int i = 0; i < list.Items.Count; i++)
                {
                    text.Append(i == 0 ? "" : " ");
                    Append(text, list.Items[i], nested: true);
                }

                text.Append(']');
                break;
            case GoMap map:
                text.Append("map[");
                bool first = true;
                foreach (string key in map.SortedKeys)
                {
                    text.Append(first ? "" : " ").Append(key).Append(':');
                    first = false;
                    Append(text, map.Entries[key], nested: true);
                }

                text.Append(']');
                break;
            case IGoStruct { Printed: { } printed } structure when !nested || !structure.IsPointer:
                text.Append(printed);
                break;
            case IGoStruct { IsPointer: true } when nested:
                // Go shows an address here, which means nothing to a reader of either program.
                text.Append("0xc000000000");
                break;
            case IGoStruct structure:
                text.Append('{');
                bool opening = true;
                foreach (KeyValuePair<string, object?> field in structure.Fields)
                {
                    text.Append(opening ? "" : " ");
                    opening = false;
                    Append(text, field.Value, nested: true);
                }

                text.Append('}');
                break;
            default:
                text.Append(value);
                break;
        }
    }

    /// <summary>The digits without leading and trailing zeros, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent, bool Negative) Digits(string shortest)
    {
        bool negative = shortest.StartsWith('-');
        string body = shortest.TrimStart('-');
        int mark = body.IndexOf('E', StringComparison.Ordinal);
        int power = mark < 0 ? 0 : int.Parse(body.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        body = mark < 0 ? body : body[..mark];
        int point = body.IndexOf('.', StringComparison.Ordinal);
        string all = body.Replace(".", "", StringComparison.Ordinal);
        string digits = all.TrimStart('0');
        int first = (point < 0 ? all.Length : point) - (all.Length - digits.Length) - 1;
        digits = digits.TrimEnd('0');
        return (digits.Length == 0 ? "0" : digits, first + power, negative);
    }
}

using System.Globalization;
using System.Numerics;
using System.Text;
using Quai.Bake.Printing;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Strings;

/// <summary>Formats values by verbs such as <c>%-10s</c>.</summary>
/// <param name="format">The text with the verbs.</param>
/// <param name="arguments">The values.</param>
internal sealed class Formatter(string format, Value[] arguments)
{
    private const int LargestWidth = 10_000;

    private int _at;
    private int _next;
    private bool _usesIndex;

    /// <summary>The text with the values.</summary>
    public string Format()
    {
        StringBuilder result = new();
        while (_at < format.Length)
        {
            if (format[_at] != '%')
            {
                result.Append(format[_at++]);
                continue;
            }

            int start = _at++;
            if (_at < format.Length && format[_at] == '%')
            {
                _at++;
                result.Append('%');
                continue;
            }

            result.Append(FormatOne(start));
            Limits.Checked(result.Length / 8);
        }

        return _next < arguments.Length && !_usesIndex
            ? throw new FunctionException(_next == 0 ? "too many arguments; no verbs in format string" : $"too many arguments; only {_next} used by format string", _next + 1)
            : result.ToString();
    }

    private string FormatOne(int start)
    {
        string flags = TakeWhile("+-# 0");
        int? width = TakeNumber(), precision = null;
        if (_at < format.Length && format[_at] == '.')
        {
            _at++;
            precision = TakeNumber() ?? 0;
        }

        if (_at < format.Length && format[_at] == '[')
        {
            _at++;
            _next = (TakeNumber() ?? 0) - 1;
            _usesIndex = true;
            if (_next < 0 || _at >= format.Length || format[_at++] != ']')
            {
                throw Wrong(start, "unrecognized format character");
            }
        }

        if (_at >= format.Length)
        {
            throw new FunctionException("unrecognized format character at the end of the format string", 0);
        }

        char verb = format[_at++];
        if (_next >= arguments.Length)
        {
            throw new FunctionException($"not enough arguments for \"{format[start.._at]}\" at {start}: need index {_next + 1} but have {arguments.Length} total");
        }

        Value value = arguments[_next++];
        return Pad(Text(start, verb, value, flags, precision), flags, width, verb);
    }

    private string Text(int start, char verb, Value value, string flags, int? precision)
    {
        switch (verb)
        {
            case 'v' when flags.Contains('#', StringComparison.Ordinal):
                return ValueJson.Write(value);
            case 'v':
                return value.IsNull ? "null" : value.Type.Kind switch
                {
                    TypeKind.String => Cut(value.AsString, precision),
                    TypeKind.Number => FloatText('g', value.AsNumber, flags, precision, value),
                    TypeKind.Bool => value.AsBool ? "true" : "false",
                    _ => ValueJson.Write(value),
                };
            case 't':
                return Converted(start, value, HclType.Bool).AsBool ? "true" : "false";
            case 's':
                return Cut(Converted(start, value, HclType.String).AsString, precision);
            case 'q':
                return GoJson.Quote(Cut(Converted(start, value, HclType.String).AsString, precision));
            case 'b' or 'd' or 'o' or 'x' or 'X':
                BigNumber number = Converted(start, value, HclType.Number).AsNumber;
                return IntegerText(verb, number.IsInteger ? number.Truncate() : throw Wrong(start, "an integer is required"), flags);
            case 'e' or 'E' or 'f' or 'g' or 'G':
                return FloatText(verb, Converted(start, value, HclType.Number).AsNumber, flags, precision, value);
            default:
                throw new FunctionException($"unsupported format verb '{verb}' in \"{format[start.._at]}\" at offset {start}");
        }
    }

    private Value Converted(int start, Value value, HclType type)
    {
        Value? converted = Conversion.Convert(value, type, out string? wrong);
        return converted is null || converted.IsNull
            ? throw new FunctionException($"unsupported value for \"{format[start.._at]}\" at {start}: {wrong ?? "null value cannot be formatted"}")
            : converted;
    }

    private FunctionException Wrong(int start, string why) => new($"unsupported value for \"{format[start..Math.Min(_at, format.Length)]}\" at {start}: {why}");

    private static string IntegerText(char verb, BigInteger number, string flags)
    {
        BigInteger size = BigInteger.Abs(number);
        string digits = verb switch
        {
            'b' => size.ToString("b", CultureInfo.InvariantCulture).TrimStart('0'),
            'o' => Octal(size),
            'x' => size.ToString("x", CultureInfo.InvariantCulture).TrimStart('0'),
            'X' => size.ToString("X", CultureInfo.InvariantCulture).TrimStart('0'),
            _ => size.ToString(CultureInfo.InvariantCulture),
        };
        string prefix = flags.Contains('#', StringComparison.Ordinal) ? verb switch { 'x' => "0x", 'X' => "0X", 'o' => "0", 'b' => "0b", _ => "" } : "";
        return SignOf(number.Sign, flags) + prefix + (digits.Length == 0 ? "0" : digits);
    }

    private static string Octal(BigInteger size)
    {
        StringBuilder digits = new();
        for (; !size.IsZero; size >>= 3)
        {
            digits.Insert(0, (char)('0' + (int)(size & 7)));
        }

        return digits.ToString();
    }

    private static string SignOf(int sign, string flags) =>
        sign < 0 ? "-" : flags.Contains('+', StringComparison.Ordinal) ? "+" : flags.Contains(' ', StringComparison.Ordinal) ? " " : "";

    private static string FloatText(char verb, BigNumber number, string flags, int? precision, Value value)
    {
        string sign = SignOf(number.Sign, flags);
        BigNumber size = number.Sign < 0 ? -number : number;
        if (verb is 'f')
        {
            return sign + Fixed(size, precision ?? 6);
        }

        string plain = size.ToString();
        int exponent = ExponentOf(plain);
        if (verb is 'g' or 'G')
        {
            // Without a precision as many digits as it takes; large and small ones with an exponent.
            bool fits = exponent >= -4 && exponent < (precision ?? 21);
            if (fits && precision is null)
            {
                return sign + plain;
            }
        }

        int digits = verb is 'e' or 'E' ? precision ?? 6 : Math.Max((precision ?? plain.Count(char.IsAsciiDigit)) - 1, 0);
        string text = size.ToDouble().ToString((char.IsUpper(verb) ? "E" : "e") + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int mark = text.IndexOf(char.IsUpper(verb) ? 'E' : 'e', StringComparison.Ordinal);
        string mantissa = text[..mark];
        if (verb is 'g' or 'G')
        {
            if (exponent >= -4 && exponent < precision)
            {
                string rounded = Fixed(size, Math.Max(precision.Value - 1 - exponent, 0));
                return sign + (rounded.Contains('.', StringComparison.Ordinal) ? rounded.TrimEnd('0').TrimEnd('.') : rounded);
            }

            mantissa = mantissa.Contains('.', StringComparison.Ordinal) ? mantissa.TrimEnd('0').TrimEnd('.') : mantissa;
        }

        return sign + mantissa + text[mark] + text[mark + 1] + text[(mark + 2)..].TrimStart('0').PadLeft(2, '0');
    }

    private static int ExponentOf(string plain)
    {
        int point = plain.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? plain : plain[..point];
        if (whole != "0")
        {
            return whole.Length - 1;
        }

        string fraction = point < 0 ? "" : plain[(point + 1)..];
        return fraction.Length == 0 ? 0 : -(fraction.Length - fraction.TrimStart('0').Length) - 1;
    }

    /// <summary>With so many digits after the point.</summary>
    private static string Fixed(BigNumber number, int digits)
    {
        string plain = number.ToString();
        int point = plain.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? plain : plain[..point], fraction = point < 0 ? "" : plain[(point + 1)..];
        if (fraction.Length > digits)
        {
            BigInteger kept = BigInteger.Parse(whole + fraction[..digits], CultureInfo.InvariantCulture);
            ReadOnlySpan<char> rest = fraction.AsSpan(digits);
            bool isHalf = rest[0] == '5' && rest[1..].TrimStart('0').IsEmpty;
            kept += isHalf ? (kept.IsEven ? 0 : 1) : rest[0] >= '5' ? 1 : 0;
            string text = kept.ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
            return digits == 0 ? text : text[..^digits] + "." + text[^digits..];
        }

        return digits == 0 ? whole : whole + "." + fraction.PadRight(digits, '0');
    }

    private static string Cut(string text, int? precision) =>
        precision is { } most ? string.Concat(text.EnumerateRunes().Take(most).Select(rune => rune.ToString())) : text;

    private static string Pad(string text, string flags, int? width, char verb)
    {
        int missing = (width ?? 0) - new StringInfo(text).LengthInTextElements;
        if (missing <= 0)
        {
            return text;
        }

        if (flags.Contains('-', StringComparison.Ordinal))
        {
            return text + new string(' ', missing);
        }

        if (!flags.Contains('0', StringComparison.Ordinal))
        {
            return new string(' ', missing) + text;
        }

        int sign = verb is not ('s' or 'q' or 'v' or 't') && text.Length > 0 && text[0] is '-' or '+' or ' ' ? 1 : 0;
        return text[..sign] + new string('0', missing) + text[sign..];
    }

    private string TakeWhile(string characters)
    {
        int start = _at;
        while (_at < format.Length && characters.Contains(format[_at], StringComparison.Ordinal))
        {
            _at++;
        }

        return format[start.._at];
    }

    private int? TakeNumber()
    {
        string digits = TakeWhile("0123456789");
        return digits.Length == 0 ? null : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= LargestWidth
            ? number
            : throw new FunctionException("a width or precision in the format string is too large", 0);
    }
}

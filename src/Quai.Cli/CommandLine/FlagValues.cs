using System.Buffers;
using System.Globalization;
using System.Numerics;
using Quai.CommandLine;
using Quai.Templates;

namespace Quai.Cli.CommandLine;

/// <summary>Parses flag values, with the error messages that Go and Docker give.</summary>
internal static class FlagValues
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>A boolean as Go parses it.</summary>
    public static bool Bool(string text) =>
        GoBoolean.TryParse(text, out bool value) ? value : throw new FlagValueException($"strconv.ParseBool: parsing {GoText.Quote(text)}: invalid syntax");

    /// <summary>An integer in decimal, or with a prefix as in Go.</summary>
    public static long Int64(string text)
    {
        bool negative = text.StartsWith('-');
        string digits = negative || text.StartsWith('+') ? text[1..] : text;
        bool hex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!BigInteger.TryParse(hex ? "0" + digits[2..] : digits, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger number))
        {
            throw new FlagValueException($"strconv.ParseInt: parsing {GoText.Quote(text)}: invalid syntax");
        }

        number = negative ? -number : number;
        return number >= long.MinValue && number <= long.MaxValue
            ? (long)number
            : throw new FlagValueException($"strconv.ParseInt: parsing {GoText.Quote(text)}: value out of range");
    }

    /// <summary>An unsigned integer of the given number of bits.</summary>
    public static Func<string, long> Unsigned(int bits) => text =>
    {
        if (!BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger number))
        {
            throw new FlagValueException($"strconv.ParseUint: parsing {GoText.Quote(text)}: invalid syntax");
        }

        return number < BigInteger.One << bits ? (long)number : throw new FlagValueException($"strconv.ParseUint: parsing {GoText.Quote(text)}: value out of range");
    };

    /// <summary>A size in bytes, binary units: <c>512m</c>, <c>1.5GiB</c>.</summary>
    public static long Bytes(string text)
    {
        int end = text.Length;
        while (end > 0 && !(char.IsAsciiDigit(text[end - 1]) || text[end - 1] is '.'))
        {
            end--;
        }

        string suffix = text[end..].ToLowerInvariant();
        string number = text[..end];
        suffix = suffix.StartsWith(' ') ? suffix[1..] : suffix;
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double size) || size < 0)
        {
            throw new FlagValueException($"invalid size: '{text}'");
        }

        int power = suffix.Length == 0 || suffix == "b" ? 0 : "kmgtp".IndexOf(suffix[0]) + 1;
        bool known = suffix.Length == 0 || suffix == "b" || (power > 0 && suffix[1..] is "" or "b" or "ib");
        return known ? (long)(size * Math.Pow(1024, power)) : throw new FlagValueException($"invalid suffix: '{suffix}'");
    }

    /// <summary>A size of memory and swap: as <see cref="Bytes"/>, and <c>-1</c> for no limit.</summary>
    public static long SwapBytes(string text) => text == "-1" ? -1 : Bytes(text);

    /// <summary>A number of CPUs in billionths.</summary>
    public static long NanoCpus(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !TryRational(parts[0], out BigInteger top, out BigInteger below)
            || (parts.Length == 2 && (!BigInteger.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger divisor) || (below *= divisor).IsZero)))
        {
            throw new FlagValueException($"failed to parse {text} as a rational number");
        }

        BigInteger scaled = BigInteger.DivRem(top * 1_000_000_000, below, out BigInteger spare);
        return !spare.IsZero ? throw new FlagValueException("value is too precise")
            : scaled <= long.MaxValue && scaled >= long.MinValue ? (long)scaled
            : throw new FlagValueException($"failed to parse {text} as a rational number: it is too large");
    }

    /// <summary>A duration in nanoseconds: <c>1m30s</c>, <c>1.5h</c>.</summary>
    public static long Duration(string text)
    {
        string rest = text.TrimStart('+', '-');
        if (text.Length - rest.Length > 1 || rest.Length == 0)
        {
            throw new FlagValueException($"time: invalid duration {GoText.Quote(text)}");
        }

        if (rest == "0")
        {
            return 0;
        }

        decimal total = 0;
        while (rest.Length > 0)
        {
            int digits = rest.AsSpan().IndexOfAnyExcept(NumberCharacters);
            digits = digits < 0 ? rest.Length : digits;
            if (digits == 0 || !decimal.TryParse(rest.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            {
                throw new FlagValueException($"time: invalid duration {GoText.Quote(text)}");
            }

            rest = rest[digits..];
            int letters = rest.AsSpan().IndexOfAny(NumberCharacters);
            string unit = letters < 0 ? rest : rest[..letters];
            if (unit.Length == 0)
            {
                throw new FlagValueException($"time: missing unit in duration {GoText.Quote(text)}");
            }

            long scale = unit switch
            {
                "ns" => 1,
                "us" or "µs" or "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                _ => throw new FlagValueException($"time: unknown unit {GoText.Quote(unit)} in duration {GoText.Quote(text)}"),
            };
            if (number > long.MaxValue / scale)
            {
                throw new FlagValueException($"time: invalid duration {GoText.Quote(text)}");
            }

            total += number * scale;
            rest = rest[unit.Length..];
        }

        return total <= long.MaxValue ? (text[0] == '-' ? -(long)total : (long)total) : throw new FlagValueException($"time: invalid duration {GoText.Quote(text)}");
    }

    /// <summary>A filter: a name in lower case and its value.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Filter(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? throw new FlagValueException("bad format of filter (expected name=value)")
            : [new(text[..equals].Trim().ToLowerInvariant(), text[(equals + 1)..].Trim())];
    }

    private static bool TryRational(string text, out BigInteger top, out BigInteger below)
    {
        below = BigInteger.One;
        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            below = BigInteger.Pow(10, text.Length - point - 1);
            text = text.Remove(point, 1);
        }

        return BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out top);
    }
}

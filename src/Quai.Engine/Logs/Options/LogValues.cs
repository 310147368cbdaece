using System.Buffers;
using System.Globalization;
using Quai.CommandLine;
using Quai.Errors;

namespace Quai.Engine.Logs.Options;

/// <summary>Values of log options, as Go reads them and in its words.</summary>
internal static class LogValues
{
    private const string Units = "kmgtp";
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    /// <summary>A whole number.</summary>
    public static int Integer(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : throw Syntax("strconv.Atoi", text);

    /// <summary>A whole number that is not negative.</summary>
    public static ulong Unsigned(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : throw Syntax("strconv.ParseUint", text);

    /// <summary>A boolean.</summary>
    public static bool Boolean(string text) => GoBoolean.TryParse(text, out bool value) ? value : throw Syntax("strconv.ParseBool", text);

    /// <summary>A size such as <c>10m</c>, in powers of 1000.</summary>
    public static long Size(string text) => Size(text, 1000);

    /// <summary>A size such as <c>10m</c>, in powers of 1024.</summary>
    public static long Memory(string text) => Size(text, 1024);

    /// <summary>A duration such as <c>1m30s</c>.</summary>
    public static TimeSpan Duration(string text)
    {
        string rest = text is ['-' or '+', ..] ? text[1..] : text;
        if (rest.Length == 0)
        {
            throw QuaiException.Invalid($"time: invalid duration \"{text}\"");
        }

        if (rest == "0")
        {
            return TimeSpan.Zero;
        }

        double total = 0;
        while (rest.Length > 0)
        {
            int digits = rest.AsSpan().IndexOfAnyExcept(s_digits);
            if (digits == 0 || (digits < 0 ? rest : rest[..digits]) is var number && !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            {
                throw QuaiException.Invalid($"time: invalid duration \"{text}\"");
            }

            if (digits < 0)
            {
                throw QuaiException.Invalid($"time: missing unit in duration \"{text}\"");
            }

            int end = rest.AsSpan(digits).IndexOfAny(s_digits);
            string unit = end < 0 ? rest[digits..] : rest[digits..(digits + end)];
            double scale = unit switch
            {
                "ns" => 1e-9,
                "us" or "µs" or "μs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => throw QuaiException.Invalid($"time: unknown unit \"{unit}\" in duration \"{text}\""),
            };
            total += double.Parse(number, CultureInfo.InvariantCulture) * scale;
            rest = end < 0 ? "" : rest[(digits + end)..];
        }

        return total > 1e9
            ? throw QuaiException.Invalid($"time: invalid duration \"{text}\"")
            : TimeSpan.FromSeconds(text[0] == '-' ? -total : total);
    }

    private static long Size(string text, long step)
    {
        string lower = text.Trim().ToLowerInvariant();
        lower = lower.EndsWith("ib", StringComparison.Ordinal) ? lower[..^2] : lower.EndsWith('b') ? lower[..^1] : lower;
        int unit = lower.Length == 0 ? -1 : Units.IndexOf(lower[^1], StringComparison.Ordinal);
        string number = (unit < 0 ? lower : lower[..^1]).TrimEnd();
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * Math.Pow(step, unit + 1) < long.MaxValue
            ? (long)(value * Math.Pow(step, unit + 1))
            : throw QuaiException.Invalid($"invalid size: '{text}'");
    }

    private static QuaiException Syntax(string function, string text) =>
        QuaiException.Invalid($"{function}: parsing \"{text}\": invalid syntax");
}

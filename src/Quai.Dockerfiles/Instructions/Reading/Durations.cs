using System.Globalization;
using Quai.Errors;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Times as Go writes them: <c>1m30s</c>, <c>1.5h</c>, <c>300ms</c>.</summary>
public static class Durations
{
    private static readonly (string Name, decimal Nanoseconds)[] s_units =
        [("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

    /// <summary>Reads one.</summary>
    /// <returns>Nanoseconds.</returns>
    /// <exception cref="QuaiException">It is none.</exception>
    public static long Parse(string text)
    {
        string rest = text.TrimStart('-', '+');
        bool negative = text.StartsWith('-');
        if (rest == "0")
        {
            return 0;
        }

        if (text.Length - rest.Length > 1 || rest.Length == 0)
        {
            throw QuaiException.Invalid($"time: invalid duration \"{text}\"");
        }

        decimal total = 0;
        while (rest.Length > 0)
        {
            int digits = Count(rest, c => char.IsAsciiDigit(c) || c == '.');
            if (digits is 0 or > 20 || !decimal.TryParse(rest.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            {
                throw QuaiException.Invalid($"time: invalid duration \"{text}\"");
            }

            rest = rest[digits..];
            int letters = Count(rest, c => !char.IsAsciiDigit(c) && c != '.');
            string unit = rest[..letters];
            decimal factor = letters == 0 ? throw QuaiException.Invalid($"time: missing unit in duration \"{text}\"")
                : Array.Find(s_units, u => u.Name == unit) is { Nanoseconds: > 0 } known ? known.Nanoseconds
                : throw QuaiException.Invalid($"time: unknown unit \"{unit}\" in duration \"{text}\"");
            total += number > long.MaxValue / factor ? throw QuaiException.Invalid($"time: invalid duration \"{text}\"") : number * factor;
            rest = rest[letters..];
        }

        return total > long.MaxValue ? throw QuaiException.Invalid($"time: invalid duration \"{text}\"") : negative ? -(long)total : (long)total;
    }

    /// <summary>Reads one as <see cref="Parse"/> does, down to the clock's ticks.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public static TimeSpan ParseSpan(string text) => TimeSpan.FromTicks(Parse(text) / TimeSpan.NanosecondsPerTick);

    /// <summary>Writes one as Go does: <c>1m30s</c>.</summary>
    /// <param name="nanoseconds">It in nanoseconds.</param>
    public static string Write(long nanoseconds)
    {
        if (nanoseconds == 0)
        {
            return "0s";
        }

        decimal value = nanoseconds;
        if (value < 1_000_000_000)
        {
            return value < 1_000 ? $"{value}ns" : value < 1_000_000 ? Plain(value / 1_000) + "µs" : Plain(value / 1_000_000) + "ms";
        }

        decimal seconds = value / 1_000_000_000;
        long hours = (long)(seconds / 3600), minutes = (long)(seconds / 60) % 60;
        string last = Plain(seconds % 60) + "s";
        return hours > 0 ? $"{hours}h{minutes}m{last}" : minutes > 0 ? $"{minutes}m{last}" : last;
    }

    private static string Plain(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static int Count(string text, Func<char, bool> belongs)
    {
        int count = 0;
        while (count < text.Length && belongs(text[count]))
        {
            count++;
        }

        return count;
    }
}

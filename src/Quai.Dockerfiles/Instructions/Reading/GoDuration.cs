using System.Buffers;
using System.Globalization;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Spans of time as Go reads and writes them: <c>1m30s</c>, <c>1.5h</c>, <c>0s</c>; here in nanoseconds.</summary>
public static class GoDuration
{
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    private static readonly (string Name, long Length)[] s_units =
        [("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

    /// <summary>Reads one; false where it is none.</summary>
    public static bool TryParse(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        string rest = text.TrimStart('-', '+');
        if (rest.Length < text.Length - 1 || rest.Length == 0)
        {
            return false;
        }

        decimal sum = 0;
        for (bool first = true; rest.Length > 0; first = false)
        {
            int digits = rest.AsSpan().IndexOfAnyExcept(s_digits);
            if (digits < 0)
            {
                return first && rest == "0";
            }

            string name = rest[digits..];
            int next = name.AsSpan().IndexOfAny(s_digits);
            name = next < 0 ? name : name[..next];
            long unit = Array.Find(s_units, u => u.Name == name).Length;
            if (unit == 0 || digits is 0 or > 18 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count))
            {
                return false;
            }

            sum += count * unit;
            rest = rest[(digits + name.Length)..];
        }

        if (sum > long.MaxValue)
        {
            return false;
        }

        nanoseconds = text[0] == '-' ? -(long)sum : (long)sum;
        return true;
    }

    /// <summary>Writes one.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0)
        {
            return "0s";
        }

        string sign = nanoseconds < 0 ? "-" : "";
        decimal left = Math.Abs((decimal)nanoseconds);
        if (left < 1_000_000_000)
        {
            (decimal unit, string name) = left < 1_000 ? (1m, "ns") : left < 1_000_000 ? (1_000m, "µs") : (1_000_000m, "ms");
            return sign + Number(left / unit) + name;
        }

        decimal seconds = left / 1_000_000_000, minutes = decimal.Floor(seconds / 60), hours = decimal.Floor(minutes / 60);
        string text = Number(seconds - (minutes * 60)) + "s";
        text = minutes > 0 ? Number(minutes - (hours * 60)) + "m" + text : text;
        return sign + (hours > 0 ? Number(hours) + "h" + text : text);
    }

    private static string Number(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}

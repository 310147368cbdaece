using System.Globalization;
using System.Text;

namespace Quai.Compose.Model;

/// <summary>A time span as <c>1m30s</c>.</summary>
/// <param name="Nanoseconds">Its length.</param>
public readonly record struct GoDuration(long Nanoseconds)
{
    private static readonly (string Name, decimal Nanoseconds)[] s_units =
    [
        ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ns", 1),
    ];

    /// <summary>As .NET has it; less than 100 nanoseconds are lost.</summary>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Nanoseconds / 100);

    /// <summary>Reads a duration; null where it is none.</summary>
    public static GoDuration? Parse(string text)
    {
        bool minus = text.StartsWith('-');
        string rest = text.TrimStart('-', '+');
        if (rest == "0")
        {
            return new(0);
        }

        decimal sum = 0;
        int at = 0;
        while (at < rest.Length)
        {
            int start = at;
            while (at < rest.Length && (char.IsAsciiDigit(rest[at]) || rest[at] == '.'))
            {
                at++;
            }

            string number = rest[start..at];
            start = at;
            while (at < rest.Length && !char.IsAsciiDigit(rest[at]) && rest[at] != '.')
            {
                at++;
            }

            string unit = rest[start..at].Trim();
            (string Name, decimal Nanoseconds) known = Array.Find(s_units, one => one.Name == unit);
            if (known.Name is null || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) || value > 1e15m)
            {
                return null;
            }

            sum += value * known.Nanoseconds;
        }

        return rest.Length == 0 || sum > long.MaxValue ? null : new((long)(minus ? -sum : sum));
    }

    /// <summary>As Go prints it.</summary>
    public override string ToString()
    {
        if (Nanoseconds == 0)
        {
            return "0s";
        }

        ulong left = Nanoseconds < 0 ? (ulong)-(Nanoseconds + 1) + 1 : (ulong)Nanoseconds;
        StringBuilder text = new(Nanoseconds < 0 ? "-" : "");
        if (left < 1_000_000_000)
        {
            (ulong size, string unit) = left < 1_000 ? (1UL, "ns") : left < 1_000_000 ? (1_000UL, "µs") : (1_000_000UL, "ms");
            return text.Append(((decimal)left / size).ToString("0.#########", CultureInfo.InvariantCulture)).Append(unit).ToString();
        }

        ulong hours = left / 3_600_000_000_000, minutes = left / 60_000_000_000 % 60;
        decimal seconds = left % 60_000_000_000 / 1_000_000_000m;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        }

        return text.Append(seconds.ToString("0.#########", CultureInfo.InvariantCulture)).Append('s').ToString();
    }
}

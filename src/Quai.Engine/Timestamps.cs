using System.Globalization;

namespace Quai.Engine;

/// <summary>Points in time as filters write them: Unix seconds, RFC 3339, or how long ago in Go's notation (<c>1h30m</c>).</summary>
internal static class Timestamps
{
    /// <summary>Parses one; null if it is none of these.</summary>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds) && seconds < 253402300800m)
        {
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }

        return Duration(text) is { } ago ? now - ago
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time
            : null;
    }

    private static TimeSpan? Duration(string text)
    {
        TimeSpan total = default;
        int at = 0;
        while (at < text.Length)
        {
            int start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            {
                at++;
            }

            int unit = at;
            while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.')
            {
                at++;
            }

            double? factor = text[unit..at] switch { "ns" => 1e-9, "us" or "µs" => 1e-6, "ms" => 1e-3, "s" => 1, "m" => 60, "h" => 3600, _ => null };
            if (factor is null || !double.TryParse(text[start..unit], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                return null;
            }

            total += TimeSpan.FromSeconds(value * factor.Value);
        }

        return text.Length == 0 ? null : total;
    }
}

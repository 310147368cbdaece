using System.Globalization;
using Quai.Errors;

namespace Quai.Daemon.Http;

/// <summary>Times in filters (<c>until</c>): Unix seconds, a date, or a duration back from now such as <c>1h30m</c>.</summary>
internal static class PastTime
{
    /// <summary>Parses one.</summary>
    /// <exception cref="QuaiException">It is none of these.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now)
    {
        if (TryDuration(text, out TimeSpan back))
        {
            return now - back;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds < 253_402_300_799d)
        {
            return DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw QuaiException.Invalid($"failed to parse value as time or duration: \"{text}\"");
    }

    private static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        int position = 0;
        while (position < text.Length)
        {
            int unit = position;
            while (unit < text.Length && (char.IsAsciiDigit(text[unit]) || text[unit] == '.'))
            {
                unit++;
            }

            int end = unit;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
            {
                end++;
            }

            double seconds = text[unit..end] switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" => 1e-6,
                "ns" => 1e-9,
                _ => 0,
            };
            if (seconds == 0 || !double.TryParse(text.AsSpan(position, unit - position), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) || count * seconds > 1e10)
            {
                return false;
            }

            duration += TimeSpan.FromSeconds(count * seconds);
            position = end;
        }

        return text.Length > 0;
    }
}

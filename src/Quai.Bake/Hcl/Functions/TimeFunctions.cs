using System.Globalization;
using System.Text;
using Quai.Bake.Entries;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions;

/// <summary>Functions of time.</summary>
internal static class TimeFunctions
{
    private const string Rfc3339 = "yyyy-MM-dd'T'HH:mm:ss";

    public static void AddTo(FunctionTable table, TimeProvider clock)
    {
        table.Add("timestamp", "", _ => Value.String(Text(clock.GetUtcNow())));
        table.Add("timeadd", "timestamp:string duration:string", a => Value.String(Add(a[0].AsString, a[1].AsString)));
        table.Add("formatdate", "format:string time:string", a => Value.String(Format(a[0].AsString, Parse(a[1].AsString))));
        table.Add("unixtimestampparse", "unix_timestamp:number", a => Parts(a[0].AsNumber));
    }

    /// <summary>A time with its offset.</summary>
    private static string Text(DateTimeOffset time) => time.ToString(Rfc3339, CultureInfo.InvariantCulture)
        + (time.Offset == TimeSpan.Zero ? "Z" : time.ToString("zzz", CultureInfo.InvariantCulture));

    private static DateTimeOffset Parse(string text)
    {
        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        return text.Length > 19 && DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw new FunctionException(YearOf(text) is null ? $"not a valid RFC3339 timestamp: cannot use {Quote.Text(text)} as year" : "not a valid RFC3339 timestamp");
    }

    private static string? YearOf(string text) => text.Length >= 4 && text.Take(4).All(char.IsAsciiDigit) ? text[..4] : null;

    private static string Add(string timestamp, string duration)
    {
        DateTimeOffset time = Parse(timestamp);
        try
        {
            return Text(time + Duration(duration));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new FunctionException($"time: invalid duration \"{duration}\"");
        }
    }

    private static TimeSpan Duration(string text)
    {
        string rest = text.TrimStart('-', '+');
        TimeSpan sum = TimeSpan.Zero;
        bool any = rest == "0";
        for (int i = any ? 1 : 0; i < rest.Length;)
        {
            int start = i;
            while (i < rest.Length && (char.IsAsciiDigit(rest[i]) || rest[i] == '.'))
            {
                i++;
            }

            int unitStart = i;
            while (i < rest.Length && !char.IsAsciiDigit(rest[i]) && rest[i] != '.')
            {
                i++;
            }

            double? ticks = rest[unitStart..i] switch
            {
                "ns" => 0.01,
                "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
                "ms" => TimeSpan.TicksPerMillisecond,
                "s" => TimeSpan.TicksPerSecond,
                "m" => TimeSpan.TicksPerMinute,
                "h" => TimeSpan.TicksPerHour,
                _ => null,
            };
            if (ticks is null && unitStart > start && i > unitStart)
            {
                throw new FunctionException($"time: unknown unit \"{rest[unitStart..i]}\" in duration \"{text}\"");
            }

            if (ticks is null || !double.TryParse(rest[start..unitStart], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                throw new FunctionException($"time: invalid duration \"{text}\"");
            }

            double total = number * ticks.Value;
            sum += total < long.MaxValue / 4 ? TimeSpan.FromTicks((long)total) : throw new OverflowException();
            any = true;
        }

        return any ? text.StartsWith('-') ? -sum : sum : throw new FunctionException($"time: invalid duration \"{text}\"");
    }

    private static string Format(string format, DateTimeOffset time)
    {
        StringBuilder result = new();
        for (int i = 0; i < format.Length;)
        {
            char c = format[i];
            if (c == '\'')
            {
                i = Quoted(format, i, result);
                continue;
            }

            int length = format.AsSpan(i).IndexOfAnyExcept(c);
            length = length < 0 ? format.Length - i : length;
            string verb = format.Substring(i, length);
            i += length;
            result.Append(char.IsAsciiLetter(c) ? One(verb, time) : verb);
        }

        return result.ToString();
    }

    private static int Quoted(string format, int at, StringBuilder result)
    {
        for (int i = at + 1; i < format.Length; i++)
        {
            if (format[i] != '\'')
            {
                result.Append(format[i]);
            }
            else if (i + 1 < format.Length && format[i + 1] == '\'')
            {
                result.Append('\'');
                i++;
            }
            else
            {
                return i + 1;
            }
        }

        throw new FunctionException("unterminated literal '", 0);
    }

    private static string One(string verb, DateTimeOffset time)
    {
        int hour12 = time.Hour % 12 == 0 ? 12 : time.Hour % 12;
        string offset = time.ToString("zzz", CultureInfo.InvariantCulture);
        bool utc = time.Offset == TimeSpan.Zero;
        return verb switch
        {
            "YYYY" => Digits(time.Year, 4),
            "YY" => Digits(time.Year % 100, 2),
            "MMMM" => time.ToString("MMMM", CultureInfo.InvariantCulture),
            "MMM" => time.ToString("MMM", CultureInfo.InvariantCulture),
            "MM" => Digits(time.Month, 2),
            "M" => Digits(time.Month, 1),
            "DD" => Digits(time.Day, 2),
            "D" => Digits(time.Day, 1),
            "EEEE" => time.DayOfWeek.ToString(),
            "EEE" => time.DayOfWeek.ToString()[..3],
            "hh" => Digits(time.Hour, 2),
            "h" => Digits(time.Hour, 1),
            "HH" => Digits(hour12, 2),
            "H" => Digits(hour12, 1),
            "AA" => time.Hour < 12 ? "AM" : "PM",
            "aa" => time.Hour < 12 ? "am" : "pm",
            "mm" => Digits(time.Minute, 2),
            "m" => Digits(time.Minute, 1),
            "ss" => Digits(time.Second, 2),
            "s" => Digits(time.Second, 1),
            "ZZZZZ" => offset,
            "ZZZZ" => offset.Replace(":", "", StringComparison.Ordinal),
            "ZZZ" => utc ? "UTC" : offset.Replace(":", "", StringComparison.Ordinal),
            "Z" => utc ? "Z" : offset,
            _ => throw new FunctionException($"invalid date format verb \"{verb}\"{Hint(verb[0])}", 0),
        };
    }

    private static string Hint(char c) => c switch
    {
        'Y' => ": year must either be \"YY\" or \"YYYY\"",
        'M' => ": month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"",
        'D' => ": day of month must either be \"D\" or \"DD\"",
        'E' => ": day of week must either be \"EEE\" or \"EEEE\"",
        'h' => ": 24-hour must either be \"h\" or \"hh\"",
        'H' => ": 12-hour must either be \"H\" or \"HH\"",
        'A' => ": must be \"AA\"",
        'a' => ": must be \"aa\"",
        'm' => ": minute must either be \"m\" or \"mm\"",
        's' => ": second must either be \"s\" or \"ss\"",
        'Z' => ": timezone must be Z, ZZZZ, or ZZZZZ",
        _ => "",
    };

    private static string Digits(int number, int count) => number.ToString(CultureInfo.InvariantCulture).PadLeft(count, '0');

    private static Value Parts(BigNumber seconds)
    {
        if (seconds.ToInt32() is not { } whole)
        {
            throw new FunctionException("a whole number of seconds is required", 0);
        }

        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(whole);
        return Value.Object(new Dictionary<string, Value>
        {
            ["year"] = Value.Number(time.Year),
            ["year_day"] = Value.Number(time.DayOfYear),
            ["day"] = Value.Number(time.Day),
            ["month"] = Value.Number(time.Month),
            ["month_name"] = Value.String(time.ToString("MMMM", CultureInfo.InvariantCulture)),
            ["weekday"] = Value.Number((int)time.DayOfWeek),
            ["weekday_name"] = Value.String(time.DayOfWeek.ToString()),
            ["hour"] = Value.Number(time.Hour),
            ["minute"] = Value.Number(time.Minute),
            ["second"] = Value.Number(time.Second),
            ["rfc3339"] = Value.String(Text(time)),
            ["iso_year"] = Value.Number(ISOWeek.GetYear(time.UtcDateTime)),
            ["iso_week"] = Value.Number(ISOWeek.GetWeekOfYear(time.UtcDateTime)),
        });
    }
}

using System.Globalization;

namespace Quai.Cli.Formatting;

/// <summary>Sizes, durations and times for people to read, in Docker's words.</summary>
internal static class Units
{
    private static readonly string[] Decimal = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    private static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

    /// <summary>A size in steps of 1000 with the given number of digits: <c>1.98MB</c>.</summary>
    public static string Size(double bytes, int digits = 3) => Scaled(bytes, 1000, Decimal, digits);

    /// <summary>A size in steps of 1000 with four digits, as Docker shows disk usage.</summary>
    public static string LongSize(double bytes) => Size(bytes, 4);

    /// <summary>A size in steps of 1024: <c>23.54GiB</c>.</summary>
    public static string BinarySize(double bytes) => Scaled(bytes, 1024, Binary, 4);

    /// <summary>How long something took or has lasted: <c>About a minute</c>, <c>3 hours</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        long seconds = (long)duration.TotalSeconds;
        if (seconds < 1)
        {
            return "Less than a second";
        }

        if (seconds == 1)
        {
            return "1 second";
        }

        if (seconds < 60)
        {
            return $"{seconds} seconds";
        }

        long minutes = (long)duration.TotalMinutes;
        if (minutes == 1)
        {
            return "About a minute";
        }

        if (minutes < 60)
        {
            return $"{minutes} minutes";
        }

        long hours = (long)(duration.TotalHours + 0.5);
        return hours switch
        {
            1 => "About an hour",
            < 48 => $"{hours} hours",
            < 24 * 7 * 2 => $"{hours / 24} days",
            < 24 * 30 * 2 => $"{hours / 24 / 7} weeks",
            < 24 * 365 * 2 => $"{hours / 24 / 30} months",
            _ => $"{(long)(duration.TotalHours / 24 / 365)} years",
        };
    }

    /// <summary>How long ago a time was.</summary>
    public static string Ago(DateTimeOffset moment) => Duration(DateTimeOffset.UtcNow - moment) + " ago";

    /// <summary>A time as Go prints one in the local zone: <c>2026-11-23 23:43:46 +0000 UTC</c>.</summary>
    public static string Moment(DateTimeOffset moment)
    {
        DateTimeOffset local = moment.ToLocalTime();
        TimeSpan offset = local.Offset;
        string sign = offset < TimeSpan.Zero ? "-" : "+";
        string zone = offset == TimeSpan.Zero ? "UTC" : $"{sign}{offset:hh}";
        return $"{local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} {sign}{offset:hhmm} {zone}";
    }

    /// <summary>A timestamp of the daemon's as Go prints it, with its fraction of a second.</summary>
    public static string Moment(string timestamp)
    {
        string moment = Moment(ParseTime(timestamp));
        int point = timestamp.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
        {
            return moment;
        }

        int end = point + 1;
        while (end < timestamp.Length && char.IsAsciiDigit(timestamp[end]))
        {
            end++;
        }

        return moment.Insert("yyyy-MM-dd HH:mm:ss".Length, timestamp[point..end].TrimEnd('0').TrimEnd('.'));
    }

    /// <summary>Truncates a text to the given number of characters, the last an ellipsis.</summary>
    public static string Ellipsis(string text, int limit) => text.Length <= limit ? text : text[..(limit - 1)] + "…";

    /// <summary>The first twelve characters of an id, without its algorithm.</summary>
    public static string ShortId(string id)
    {
        int colon = id.IndexOf(':', StringComparison.Ordinal);
        string bare = colon >= 0 ? id[(colon + 1)..] : id;
        return bare.Length > 12 ? bare[..12] : bare;
    }

    /// <summary>Reads a timestamp as the daemon writes it.</summary>
    public static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment) ? moment : default;

    private static string Scaled(double size, double step, string[] names, int digits)
    {
        int i = 0;
        while (size >= step && i < names.Length - 1)
        {
            size /= step;
            i++;
        }

        return Significant(size, digits) + names[i];
    }

    /// <summary>A number as C's <c>%.Ng</c>.</summary>
    internal static string Significant(double value, int digits)
    {
        if (value == 0)
        {
            return "0";
        }

        string scientific = value.ToString("E" + (digits - 1), CultureInfo.InvariantCulture);
        int exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= digits)
        {
            string mantissa = scientific[..scientific.IndexOf('E')];
            mantissa = mantissa.Contains('.') ? mantissa.TrimEnd('0').TrimEnd('.') : mantissa;
            return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        string fixedText = value.ToString("F" + (digits - 1 - exponent), CultureInfo.InvariantCulture);
        return fixedText.Contains('.') ? fixedText.TrimEnd('0').TrimEnd('.') : fixedText;
    }
}

using System.Globalization;
using Quai.Cli.CommandLine;
using Quai.Templates;

namespace Quai.Cli.Formatting;

/// <summary>Times on the command line: a date, seconds since 1970, or how long ago.</summary>
internal static class Timestamp
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HHK", "yyyy-MM-ddK", "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH",
    ];

    /// <summary>The time in seconds and nanoseconds since 1970, in the API's form; empty for an empty text.</summary>
    /// <exception cref="ExitException">The text is not a time.</exception>
    public static string Parse(string text)
    {
        if (text.Length == 0)
        {
            return "";
        }

        try
        {
            long ago = FlagValues.Duration(text);
            return Show(DateTimeOffset.UtcNow.AddTicks(-ago / 100));
        }
        catch (FlagValueException)
        {
            // It is a date, then, or a number.
        }

        if (text.All(c => char.IsAsciiDigit(c) || c is '.'))
        {
            return text;
        }

        string cut = CutNanoseconds(text);
        return DateTimeOffset.TryParseExact(cut, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset moment)
            ? Show(moment)
            : throw new ExitException(1, $"failed to parse value as time or duration: {GoText.Quote(text)}");
    }

    private static string Show(DateTimeOffset moment) =>
        string.Create(CultureInfo.InvariantCulture, $"{moment.ToUnixTimeSeconds()}.{moment.UtcTicks % TimeSpan.TicksPerSecond * 100:000000000}");

    private static string CutNanoseconds(string text)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
        {
            return text;
        }

        int end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - point > 8 ? text[..(point + 8)] + text[end..] : text;
    }
}

using System.Buffers;
using System.Globalization;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Changes;

/// <summary>The instruction <c>HEALTHCHECK [OPTIONS] CMD …</c> or <c>HEALTHCHECK NONE</c>, as a change of an image's config.</summary>
internal static class HealthcheckChange
{
    private const int LongestDuration = 256;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");
    private static readonly (string Unit, double Nanoseconds)[] s_units = [("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

    /// <summary>Reads what comes after the instruction's name.</summary>
    /// <param name="text">The rest of the line.</param>
    /// <param name="json">Reads a JSON list of strings; null if it is not one.</param>
    public static HealthcheckConfig Parse(string text, Func<string, List<string>?> json)
    {
        var check = new HealthcheckConfig();
        while (text.StartsWith("--", StringComparison.Ordinal))
        {
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            string option = space < 0 ? text : text[..space];
            text = space < 0 ? "" : text[space..].Trim();
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : option[(equals + 1)..];
            switch (equals < 0 ? option : option[..equals])
            {
                case "--interval":
                    check.Interval = Duration(value, "interval");
                    break;
                case "--timeout":
                    check.Timeout = Duration(value, "timeout");
                    break;
                case "--start-period":
                    check.StartPeriod = Duration(value, "start-period");
                    break;
                case "--start-interval":
                    check.StartInterval = Duration(value, "start-interval");
                    break;
                case "--retries":
                    check.Retries = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int retries)
                        ? retries >= 0 ? retries : throw QuaiException.Invalid($"--retries cannot be negative ({retries})")
                        : throw QuaiException.Invalid($"strconv.ParseInt: parsing \"{value}\": invalid syntax");
                    break;
                default:
                    throw QuaiException.Invalid($"unknown flag: {option}");
            }
        }

        int end = text.AsSpan().IndexOfAny(' ', '\t');
        string kind = (end < 0 ? text : text[..end]).ToUpperInvariant();
        string rest = end < 0 ? "" : text[end..].Trim();
        check.Test = kind switch
        {
            "NONE" => rest.Length == 0 ? ["NONE"] : throw QuaiException.Invalid("HEALTHCHECK NONE takes no arguments"),
            "CMD" when rest.Length == 0 => throw QuaiException.Invalid("Missing command after HEALTHCHECK CMD"),
            "CMD" => json(rest) is { } list ? ["CMD", .. list] : ["CMD-SHELL", rest],
            _ => throw QuaiException.Invalid($"Unknown type \"{kind}\" in HEALTHCHECK (try CMD)"),
        };
        return check;
    }

    /// <summary>A duration as Go writes it, such as <c>1m30s</c>, in nanoseconds; at least a millisecond unless it is zero.</summary>
    private static long? Duration(string text, string option)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Length > LongestDuration)
        {
            throw QuaiException.Invalid($"time: invalid duration \"{text[..LongestDuration]}…\"");
        }

        double total = 0;
        string rest = text;
        while (rest.Length > 0 && rest != "0")
        {
            int digits = rest.AsSpan().IndexOfAnyExcept(s_digits);
            string unit = digits <= 0 ? "" : new string([.. rest.Skip(digits).TakeWhile(char.IsLetter)]);
            double? size = s_units.Where(u => u.Unit == unit).Select(u => (double?)u.Nanoseconds).FirstOrDefault();
            if (size is null || !double.TryParse(rest.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count))
            {
                throw QuaiException.Invalid($"time: invalid duration \"{text}\"");
            }

            total += count * size.Value;
            rest = rest[(digits + unit.Length)..];
        }

        return total is 0 or >= 1e6 ? (long)total : throw QuaiException.Invalid($"Interval \"--{option}\" cannot be less than 1ms");
    }
}

using System.Globalization;

namespace Quai.Compose.Yaml;

/// <summary>Numbers as Go prints them.</summary>
internal static class GoNumber
{
    /// <summary>As <c>%v</c>: with an exponent below 1e-4 and from 1e6.</summary>
    public static string Print(double value) => double.IsNaN(value) ? "NaN"
        : double.IsInfinity(value) ? (value > 0 ? "+Inf" : "-Inf")
        : Format(Shortest(value, single: false), value, -4, 6);

    /// <summary>As <c>%v</c>, of single precision.</summary>
    public static string Print(float value) => Format(Shortest(value, single: true), value, -4, 6);

    /// <summary>As <c>'g'</c> with the fewest digits, as go-yaml writes floats.</summary>
    public static string Yaml(double value) => double.IsNaN(value) ? ".nan"
        : double.IsInfinity(value) ? (value > 0 ? ".inf" : "-.inf")
        : Format(Shortest(value, single: false), value, -4, 6);

    /// <summary>As <c>encoding/json</c>: with an exponent below 1e-6 and from 1e21.</summary>
    public static string Json(double value) => Format(Shortest(value, single: false), value, -6, 21).Replace("e-0", "e-", StringComparison.Ordinal);

    private static string Shortest(double value, bool single) =>
        single ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Format(string shortest, double value, int least, int limit)
    {
        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        // The digits and the exponent, whichever way .NET wrote them.
        string text = shortest.TrimStart('-');
        int exponent = 0;
        int e = text.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture);
            text = text[..e];
        }

        int point = text.IndexOf('.', StringComparison.Ordinal);
        string digits = text.Replace(".", "", StringComparison.Ordinal);
        int scale = (point < 0 ? text.Length : point) + exponent;
        int zeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits[zeros..].TrimEnd('0');
        scale -= zeros;
        int power = scale - 1;
        string sign = value < 0 ? "-" : "";
        if (power < least || power >= limit)
        {
            string mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
            return $"{sign}{mantissa}e{(power < 0 ? '-' : '+')}{Math.Abs(power).ToString("00", CultureInfo.InvariantCulture)}";
        }

        return scale <= 0 ? $"{sign}0.{new string('0', -scale)}{digits}"
            : digits.Length <= scale ? sign + digits + new string('0', scale - digits.Length)
            : $"{sign}{digits[..scale]}.{digits[scale..]}";
    }
}

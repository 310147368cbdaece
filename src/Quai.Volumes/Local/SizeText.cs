using System.Globalization;
using Quai.Errors;

namespace Quai.Volumes.Local;

/// <summary>Sizes as in <c>-o size=10G</c>: a number and a binary unit.</summary>
internal static class SizeText
{
    private const string Units = "bkmgtp";

    /// <summary>Reads one.</summary>
    /// <param name="volume">Whose it is, for errors.</param>
    /// <param name="text">As written.</param>
    /// <returns>Bytes.</returns>
    /// <exception cref="QuaiException">It is malformed.</exception>
    public static ulong Parse(string volume, string text)
    {
        int last = text.LastIndexOfAny(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', ' ']);
        if (last < 0)
        {
            throw QuaiException.Invalid($"create {volume}: invalid size: '{text}'");
        }

        string number = text[last] == ' ' ? text[..last] : text[..(last + 1)];
        string unit = text[(last + 1)..].ToLowerInvariant();
        if (!double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double size))
        {
            throw QuaiException.Invalid($"create {volume}: strconv.ParseFloat: parsing \"{number}\": invalid syntax");
        }

        int power = unit.Length == 0 ? 0 : Units.IndexOf(unit[0], StringComparison.Ordinal);
        if (power < 0 || (unit.Length > 1 && (power == 0 || unit[1..] is not ("b" or "ib"))))
        {
            throw QuaiException.Invalid($"create {volume}: invalid suffix: '{text[(last + 1)..]}'");
        }

        size *= Math.Pow(1024, power);
        return size is < 0 or >= long.MaxValue ? throw QuaiException.Invalid($"create {volume}: invalid size: '{text}'") : (ulong)size;
    }
}

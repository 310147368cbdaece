using System.Globalization;

namespace Quai.Bake.Compose;

/// <summary>Numbers without quotation marks, which are written anew: 1.50 becomes 1.5, 0x1F becomes 31.</summary>
internal static class PlainNumber
{
    /// <summary>A scalar's text; a number in its shortest form.</summary>
    public static string Canonical(ComposeScalar scalar)
    {
        string text = scalar.Text;
        if (!scalar.IsPlain || text.Length is 0 or > 40 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'))
        {
            return text;
        }

        string digits = text.Replace("_", "", StringComparison.Ordinal);
        int? numberBase = digits.Length > 2 && digits[0] == '0' ? digits[1] switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => null } : null;
        if (numberBase is { } radix)
        {
            return Whole(digits[2..], radix)?.ToString(CultureInfo.InvariantCulture) ?? text;
        }

        if (digits.Length > 1 && digits[0] == '0' && digits.All(char.IsAsciiDigit))
        {
            // Octal, as it was written before.
            return Whole(digits, 8)?.ToString(CultureInfo.InvariantCulture) ?? text;
        }

        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return whole.ToString(CultureInfo.InvariantCulture);
        }

        bool isNumber = double.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number);
        return isNumber && double.IsFinite(number) && Math.Abs(number) is 0 or (>= 1e-4 and < 1e15) ? number.ToString("R", CultureInfo.InvariantCulture) : text;
    }

    private static long? Whole(string digits, int radix)
    {
        long value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? int.Parse(c.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : 99;
            if (digit >= radix || value > long.MaxValue / 32)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return value;
    }
}

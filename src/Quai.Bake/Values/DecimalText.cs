using System.Globalization;
using System.Numerics;

namespace Quai.Bake.Values;

/// <summary>The decimal text of binary numbers.</summary>
internal static class DecimalText
{
    /// <summary>The shortest digits that lie closer to mantissa·2^exponent than to its neighbours of the same precision, without an exponent.</summary>
    public static string Shortest(BigInteger mantissa, int exponent, int precision)
    {
        if (mantissa.IsZero)
        {
            return "0";
        }

        BigInteger size = BigInteger.Abs(mantissa);
        // All bits of the precision, so that one more or less is a neighbour; and two more for the halves between them.
        int widen = precision - (int)size.GetBitLength();
        BigInteger value = size << (widen + 2);
        int power = exponent - widen - 2;
        bool isPowerOfTwo = size.IsOne;
        BigInteger lower = value - (isPowerOfTwo ? 1 : 2), upper = value + 2;

        // value, lower and upper times 10^places are whole.
        int places = power < 0 ? -power : 0;
        BigInteger scale = BigInteger.Pow(5, places);
        if (power > 0)
        {
            (value, lower, upper) = (value << power, lower << power, upper << power);
        }

        string digits = (value * scale).ToString(CultureInfo.InvariantCulture);
        string low = (lower * scale).ToString(CultureInfo.InvariantCulture).PadLeft(digits.Length, '0');
        string high = (upper * scale).ToString(CultureInfo.InvariantCulture);
        if (high.Length > digits.Length)
        {
            (digits, low) = ("0" + digits, "0" + low);
        }

        string chosen = Shorten(digits, low, high, inclusive: widen > 0);
        return (mantissa.Sign < 0 ? "-" : "") + WithPoint(chosen, digits.Length, places);
    }

    /// <summary>Cuts the digits where what is left, rounded down or up, still lies between the bounds.</summary>
    private static string Shorten(string digits, string low, string high, bool inclusive)
    {
        int least = inclusive ? 0 : 1;
        for (int i = 1; i < digits.Length; i++)
        {
            string down = digits[..i], up = AddOne(down);
            bool okDown = string.CompareOrdinal(down.PadRight(low.Length, '0'), low) >= least;
            bool okUp = string.CompareOrdinal(high, up.PadRight(high.Length, '0')) >= least;
            if (okDown || okUp)
            {
                return okUp && (!okDown || RoundsUp(digits, i)) ? up : down;
            }
        }

        return digits;
    }

    private static bool RoundsUp(string digits, int kept)
    {
        if (kept >= digits.Length)
        {
            return false;
        }

        bool isHalf = digits[kept] == '5' && digits.AsSpan(kept + 1).TrimStart('0').IsEmpty;
        return isHalf ? (digits[kept - 1] - '0') % 2 != 0 : digits[kept] >= '5';
    }

    private static string AddOne(string digits)
    {
        char[] result = digits.ToCharArray();
        int i = result.Length - 1;
        for (; i >= 0 && result[i] == '9'; i--)
        {
            result[i] = '0';
        }

        if (i >= 0)
        {
            result[i]++;
        }

        return new string(result);
    }

    private static string WithPoint(string digits, int length, int places)
    {
        string padded = digits.PadRight(length, '0');
        if (places >= padded.Length)
        {
            padded = padded.PadLeft(places + 1, '0');
        }

        string whole = padded[..^places].TrimStart('0'), fraction = padded[^places..].TrimEnd('0');
        return (whole.Length == 0 ? "0" : whole) + (fraction.Length == 0 ? "" : "." + fraction);
    }
}

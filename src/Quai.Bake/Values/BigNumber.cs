using System.Globalization;
using System.Numerics;

namespace Quai.Bake.Values;

/// <summary>
/// A binary floating-point number of a chosen precision, rounded to the nearest, halves to even; as HCL counts, which prints 1/3 with 154
/// digits.
/// </summary>
internal sealed class BigNumber : IComparable<BigNumber>
{
    /// <summary>The precision of numbers in files.</summary>
    public const int FilePrecision = 512;

    private readonly BigInteger _mantissa;
    private readonly int _exponent;

    private BigNumber(BigInteger mantissa, int exponent, int precision) => (_mantissa, _exponent, Precision) = (mantissa, exponent, precision);

    /// <summary>How many bits it may have.</summary>
    public int Precision { get; }

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => _mantissa.Sign;

    /// <summary>Whether it has no fraction.</summary>
    public bool IsInteger => _exponent >= 0;

    /// <summary>The number of a whole value, as functions such as <c>length</c> yield it.</summary>
    public static BigNumber Of(long value) => Rounded(value, 0, 64);

    /// <summary>A whole number, with all its bits.</summary>
    public static BigNumber Of(BigInteger value) => Rounded(value, 0, Math.Max(64, (int)BigInteger.Abs(value).GetBitLength()));

    /// <summary>The number that a double is; it must be finite.</summary>
    public static BigNumber Of(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7ff);
        long fraction = bits & 0xfffffffffffffL;
        (long mantissa, int power) = exponent == 0 ? (fraction, -1074) : (fraction | (1L << 52), exponent - 1075);
        return Rounded(bits < 0 ? -mantissa : mantissa, power, 53);
    }

    /// <summary>Reads decimal digits with an optional point and exponent; null where the text is no such number.</summary>
    /// <exception cref="BakeException">The number is beyond all bounds.</exception>
    public static BigNumber? Parse(string text, int precision = FilePrecision)
    {
        int i = 0;
        bool negative = text.StartsWith('-');
        i += negative || text.StartsWith('+') ? 1 : 0;
        BigInteger power = 0;
        int digits = 0, fraction = 0;
        bool point = false;
        int start = i;
        for (; i < text.Length && (char.IsAsciiDigit(text[i]) || (text[i] == '.' && !point)); i++)
        {
            if (text[i] == '.')
            {
                point = true;
                continue;
            }

            digits++;
            fraction += point ? 1 : 0;
        }

        if (digits is 0 or > 10_000)
        {
            return digits == 0 ? null : throw TooLarge();
        }

        BigInteger value = BigInteger.Parse(text[start..i].Replace(".", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture);
        if (i < text.Length)
        {
            if (text[i] is not ('e' or 'E') || !BigInteger.TryParse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power))
            {
                return null;
            }
        }

        power -= fraction;
        if (BigInteger.Abs(power) > Limits.LargestExponent / 4)
        {
            throw TooLarge();
        }

        value = negative ? -value : value;
        return power >= 0
            ? Rounded(value * BigInteger.Pow(10, (int)power), 0, precision)
            : Quotient(value, BigInteger.Pow(10, (int)-power), 0, precision);
    }

    public static BigNumber operator -(BigNumber a) => new(-a._mantissa, a._exponent, a.Precision);

    public static BigNumber operator +(BigNumber a, BigNumber b)
    {
        int exponent = Math.Min(a._exponent, b._exponent);
        return Rounded(a.Scaled(exponent) + b.Scaled(exponent), exponent, Math.Max(a.Precision, b.Precision));
    }

    public static BigNumber operator -(BigNumber a, BigNumber b) => a + -b;

    public static BigNumber operator *(BigNumber a, BigNumber b)
    {
        // A product keeps the bits that it needs, up to the precision of files.
        BigNumber product = Rounded(a._mantissa * b._mantissa, a._exponent + b._exponent, FilePrecision);
        int needed = (int)BigInteger.Abs(product._mantissa).GetBitLength();
        return new(product._mantissa, product._exponent, Math.Max(Math.Max(a.Precision, b.Precision), needed));
    }

    /// <summary>A quotient; the divisor must not be zero.</summary>
    public static BigNumber operator /(BigNumber a, BigNumber b) =>
        Quotient(a._mantissa, b._mantissa, a._exponent - b._exponent, Math.Max(a.Precision, b.Precision));

    /// <summary>The whole part, towards zero.</summary>
    public BigInteger Truncate() => _exponent >= 0 ? _mantissa << _exponent : BigInteger.Divide(_mantissa, BigInteger.One << -_exponent);

    /// <summary>The whole number below.</summary>
    public BigInteger Floor()
    {
        BigInteger whole = Truncate();
        return !IsInteger && Sign < 0 ? whole - 1 : whole;
    }

    /// <summary>The whole number above.</summary>
    public BigInteger Ceiling()
    {
        BigInteger whole = Truncate();
        return !IsInteger && Sign > 0 ? whole + 1 : whole;
    }

    /// <summary>As an index or a count; null where it is no whole number of that size.</summary>
    public int? ToInt32() => IsInteger && Truncate() is BigInteger whole && whole >= int.MinValue && whole <= int.MaxValue ? (int)whole : null;

    /// <summary>The nearest double.</summary>
    public double ToDouble() => double.Parse(ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    public int CompareTo(BigNumber? other)
    {
        if (other is null)
        {
            return 1;
        }

        int exponent = Math.Min(_exponent, other._exponent);
        return Scaled(exponent).CompareTo(other.Scaled(exponent));
    }

    /// <summary>The shortest decimal number, without an exponent, that rounds to this one at its precision.</summary>
    public override string ToString() => DecimalText.Shortest(_mantissa, _exponent, Precision);

    private BigInteger Scaled(int exponent) => _mantissa << (_exponent - exponent);

    private static BigNumber Quotient(BigInteger a, BigInteger b, int exponent, int precision)
    {
        // Enough bits for the precision and one that says whether anything remained.
        int shift = Math.Max(0, precision + 2 + (int)(BigInteger.Abs(b).GetBitLength() - BigInteger.Abs(a).GetBitLength()));
        BigInteger quotient = BigInteger.DivRem(a << shift, b, out BigInteger rest);
        quotient = (quotient << 1) + (rest.IsZero ? 0 : rest.Sign * b.Sign);
        return Rounded(quotient, exponent - shift - 1, precision);
    }

    private static BigNumber Rounded(BigInteger mantissa, int exponent, int precision)
    {
        if (mantissa.IsZero)
        {
            return new(BigInteger.Zero, 0, precision);
        }

        BigInteger size = BigInteger.Abs(mantissa);
        int excess = (int)size.GetBitLength() - precision;
        if (excess > 0)
        {
            BigInteger cut = size >> excess, rest = size - (cut << excess), half = BigInteger.One << (excess - 1);
            cut += rest > half || (rest == half && !cut.IsEven) ? 1 : 0;
            (size, exponent) = (cut, exponent + excess);
        }

        int zeros = (int)BigInteger.TrailingZeroCount(size);
        (size, exponent) = (size >> zeros, exponent + zeros);
        if (Math.Abs(exponent) > Limits.LargestExponent)
        {
            throw TooLarge();
        }

        return new(mantissa.Sign < 0 ? -size : size, exponent, precision);
    }

    private static BakeException TooLarge() => new("a number in the bake definition is too large, or has too many digits");
}

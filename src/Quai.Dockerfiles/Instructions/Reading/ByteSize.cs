using System.Globalization;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Sizes as users write them: <c>64m</c>, <c>1.5GiB</c>; the units are powers of 1024.</summary>
public static class ByteSize
{
    private const string Units = "bkmgtp";

    /// <summary>Reads a size; false where it is none.</summary>
    public static bool TryParse(string text, out long size)
    {
        size = 0;
        string number = text.Trim().ToLowerInvariant();
        number = number.EndsWith("ib", StringComparison.Ordinal) ? number[..^2] : number.Length > 1 && number[^1] == 'b' && char.IsAsciiLetter(number[^2]) ? number[..^1] : number;
        int unit = number.Length > 0 ? Units.IndexOf(number[^1]) : -1;
        number = unit >= 0 ? number[..^1].TrimEnd() : number;
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count))
        {
            return false;
        }

        double bytes = count * Math.Pow(1024, Math.Max(unit, 0));
        size = bytes < long.MaxValue ? (long)bytes : 0;
        return bytes < long.MaxValue;
    }
}

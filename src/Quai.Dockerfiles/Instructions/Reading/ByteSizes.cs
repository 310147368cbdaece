using System.Globalization;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Sizes as Docker reads them: <c>64m</c>, <c>1.5 GiB</c>; all units are powers of 1024.</summary>
public static class ByteSizes
{
    /// <summary>Reads one; false where it is none.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        int digits = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        string unit = text[digits..].Trim().ToLowerInvariant();
        unit = unit.EndsWith('b') ? unit[..^1] : unit;
        unit = unit.Length == 2 && unit[1] == 'i' ? unit[..1] : unit;
        int power = unit.Length == 0 ? 0 : "kmgtp".IndexOf(unit, StringComparison.Ordinal) + 1;
        if (digits == 0 || (unit.Length > 0 && (unit.Length > 1 || power == 0))
            || !double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return false;
        }

        double value = number * Math.Pow(1024, power);
        bytes = value < long.MaxValue ? (long)value : 0;
        return value < long.MaxValue;
    }
}

using System.Globalization;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>Sizes such as <c>10m</c> (powers of 1024) as log options write them.</summary>
internal static class LogSize
{
    /// <summary>Bytes; -1 for no limit.</summary>
    public static long Parse(string text)
    {
        if (text == "-1")
        {
            return -1;
        }

        string lower = text.Trim().ToLowerInvariant();
        lower = lower.EndsWith("ib", StringComparison.Ordinal) ? lower[..^2] : lower.EndsWith('b') ? lower[..^1] : lower;
        long unit = lower.Length == 0 ? 0 : lower[^1] switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, 't' => 1L << 40, _ => 1 };
        string number = unit > 1 ? lower[..^1] : lower;
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0
            ? (long)(value * unit)
            : throw QuaiException.Invalid($"invalid size: '{text}'");
    }
}

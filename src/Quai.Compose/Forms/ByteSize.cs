using System.Globalization;

namespace Quai.Compose.Forms;

/// <summary>Sizes as <c>64m</c>, in powers of 1024.</summary>
internal static class ByteSize
{
    /// <summary>The number of bytes; null where it is none.</summary>
    public static long? Parse(string text)
    {
        int end = text.LastIndexOfAny(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.']) + 1;
        string number = text[..end], unit = text[end..].Trim().ToLowerInvariant();
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value))
        {
            return null;
        }

        unit = unit.Length > 1 && unit.EndsWith('b') ? unit[..^1] : unit;
        unit = unit.Length > 1 && unit.EndsWith('i') ? unit[..^1] : unit;
        int power = unit switch
        {
            "" or "b" => 0,
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            "p" => 5,
            _ => -1,
        };
        return power < 0 || (value < 0 && !(value == -1 && power == 0)) ? null : (long)(value * Math.Pow(1024, power));
    }
}

using System.Globalization;

namespace Quai.Daemon.Configuration;

/// <summary>Sizes as users write them: <c>64m</c>, <c>64MiB</c>, <c>1.5g</c>; units are powers of 1024, as in Docker's flags.</summary>
internal static class ByteSize
{
    /// <summary>Parses one; in bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int digits = rest.LastIndexOfAnyInRange('0', '9') + 1;
        if (digits == 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return false;
        }

        int shift = rest[digits..].Trim().ToString().ToLowerInvariant() switch
        {
            "" or "b" => 0,
            "k" or "kb" or "kib" => 10,
            "m" or "mb" or "mib" => 20,
            "g" or "gb" or "gib" => 30,
            "t" or "tb" or "tib" => 40,
            "p" or "pb" or "pib" => 50,
            _ => -1,
        };
        if (shift < 0 || number * (1L << shift) >= long.MaxValue)
        {
            return false;
        }

        bytes = (long)(number * (1L << shift));
        return true;
    }
}

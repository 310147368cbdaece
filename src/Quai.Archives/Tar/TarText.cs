using System.Buffers.Text;
using System.Text;

namespace Quai.Archives;

/// <summary>Numbers and names in tar headers.</summary>
public static class TarText
{
    /// <summary>A name for an error message: quoted, with anything unprintable replaced, and of bounded length.</summary>
    public static string Show(ReadOnlySpan<byte> name)
    {
        const int Longest = 256;
        var text = new StringBuilder(Math.Min(name.Length, Longest) + 2).Append('"');
        foreach (char c in Encoding.UTF8.GetString(name[..Math.Min(name.Length, Longest)]))
        {
            text.Append(char.IsControl(c) || c == '"' ? '?' : c);
        }

        return text.Append(name.Length > Longest ? "…\"" : "\"").ToString();
    }

    /// <summary>The field up to its first NUL.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>Octal digits among spaces and NULs, or GNU's base-256 if the first bit is set. Null if it is neither.</summary>
    public static long? Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            return Base256(field);
        }

        field = field.Trim(" \0"u8);
        int end = field.IndexOfAny((byte)0, (byte)' ');
        if (end >= 0)
        {
            field = field[..end];
        }

        long value = 0;
        foreach (byte digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
            {
                return null;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }

    /// <summary>PAX's seconds with an optional fraction, such as <c>1700000000.123456789</c> or <c>-1.5</c>.</summary>
    public static (long Seconds, long Nanoseconds)? Time(ReadOnlySpan<byte> text)
    {
        int dot = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = dot < 0 ? text : text[..dot];
        if (!Utf8Parser.TryParse(whole, out long seconds, out int used) || used != whole.Length)
        {
            return null;
        }

        long nanoseconds = 0;
        if (dot >= 0)
        {
            ReadOnlySpan<byte> fraction = text[(dot + 1)..];
            for (int i = 0; i < fraction.Length; i++)
            {
                if (!char.IsAsciiDigit((char)fraction[i]))
                {
                    return null;
                }
            }

            for (int i = 0; i < 9; i++)
            {
                nanoseconds = (nanoseconds * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
            }
        }

        // The kernel counts nanoseconds forward from the second below.
        return text.StartsWith("-"u8) && nanoseconds > 0 ? (seconds - 1, 1_000_000_000 - nanoseconds) : (seconds, nanoseconds);
    }

    private static long? Base256(ReadOnlySpan<byte> field)
    {
        // A set second bit means a negative number in two's complement.
        bool negative = (field[0] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < field.Length; i++)
        {
            byte part = i == 0 ? (byte)(negative ? field[0] | 0x80 : field[0] & 0x7f) : field[i];
            if (value != (value << 8) >> 8)
            {
                return null;
            }

            value = (value << 8) | part;
        }

        return value;
    }
}

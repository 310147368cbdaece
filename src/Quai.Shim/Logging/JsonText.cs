namespace Quai.Shim.Logging;

/// <summary>Strings of JSON as Go writes them: quotes, controls, &lt; &gt; &amp; and U+2028/9 escaped, bytes that are not UTF-8 replaced.</summary>
internal static unsafe class JsonText
{
    /// <summary>A byte takes at most as many when it is escaped.</summary>
    public const int Widest = 6;

    /// <summary>Writes a string's content.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="text">The content.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="likeGelf">Whether it is as <c>encoding/json</c> has it for GELF, and not as Docker's own log file: with short forms of backspace and form feed, and replacements as themselves.</param>
    public static void Escape(ref ByteBuffer buffer, byte* text, int length, bool likeGelf = false)
    {
        int plain = 0;
        for (int i = 0; i < length;)
        {
            byte b = text[i];
            if (b is >= 0x20 and < 0x80 and not ((byte)'"' or (byte)'\\' or (byte)'<' or (byte)'>' or (byte)'&'))
            {
                i++;
                continue;
            }

            int size = b < 0x80 ? 1 : Sequence(text + i, length - i);
            bool separator = size == 3 && b == 0xE2 && text[i + 1] == 0x80 && (text[i + 2] & 0xFE) == 0xA8;
            if (size > 1 && !separator)
            {
                i += size;
                continue;
            }

            buffer.Add(text + plain, i - plain);
            if (separator)
            {
                buffer.Add(text[i + 2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8);
            }
            else if (size == 0)
            {
                buffer.Add(likeGelf ? "\uFFFD"u8 : "\\ufffd"u8);
                size = 1;
            }
            else
            {
                Control(ref buffer, b, likeGelf);
            }

            i += size;
            plain = i;
        }

        buffer.Add(text + plain, length - plain);
    }

    private static void Control(ref ByteBuffer buffer, byte b, bool likeGelf)
    {
        switch (b)
        {
            case (byte)'"': buffer.Add("\\\""u8); break;
            case (byte)'\\': buffer.Add("\\\\"u8); break;
            case (byte)'\n': buffer.Add("\\n"u8); break;
            case (byte)'\r': buffer.Add("\\r"u8); break;
            case (byte)'\t': buffer.Add("\\t"u8); break;
            case (byte)'\b' when likeGelf: buffer.Add("\\b"u8); break;
            case (byte)'\f' when likeGelf: buffer.Add("\\f"u8); break;
            default:
                buffer.Add("\\u00"u8);
                buffer.Add(Hex(b >> 4));
                buffer.Add(Hex(b & 15));
                break;
        }
    }

    /// <summary>Length of the UTF-8 sequence that begins here, 0 if it is invalid.</summary>
    private static int Sequence(byte* at, int left)
    {
        byte b = at[0];
        int size = b is >= 0xC2 and <= 0xDF ? 2 : b is >= 0xE0 and <= 0xEF ? 3 : b is >= 0xF0 and <= 0xF4 ? 4 : 0;
        if (size == 0 || size > left)
        {
            return 0;
        }

        for (int i = 1; i < size; i++)
        {
            if ((at[i] & 0xC0) != 0x80)
            {
                return 0;
            }
        }

        bool bad = (b == 0xE0 && at[1] < 0xA0) || (b == 0xED && at[1] > 0x9F) || (b == 0xF0 && at[1] < 0x90) || (b == 0xF4 && at[1] > 0x8F);
        return bad ? 0 : size;
    }

    public static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}

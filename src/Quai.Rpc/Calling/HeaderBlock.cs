using System.Buffers;

namespace Quai.Rpc.Calling;

/// <summary>
/// A block of headers as HPACK has it (RFC 7541), of which single fields are made anew. It relies on .NET's client using neither Huffman's code nor the dynamic table for
/// the fields that are divided: those that do are left as they are. A test holds that.
/// </summary>
internal static class HeaderBlock
{
    /// <summary>Makes a field for each value of those whose value has separators.</summary>
    /// <param name="block">The block.</param>
    /// <param name="separator">What is between values.</param>
    public static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> block, byte separator)
    {
        if (!block.Contains(separator))
        {
            return block;
        }

        var divided = new ArrayBufferWriter<byte>(block.Length + 256);
        for (int at = 0; at < block.Length;)
        {
            int start = at;
            byte first = block[at];
            bool indexed = (first & 0x80) != 0, incremental = (first & 0x40) != 0, resizes = !indexed && !incremental && (first & 0x20) != 0;
            int index = Number(block, ref at, indexed ? 7 : incremental ? 6 : resizes ? 5 : 4);
            if (indexed || resizes)
            {
                divided.Write(block[start..at]);
                continue;
            }

            if (index == 0)
            {
                Text(block, ref at);
            }

            ReadOnlySpan<byte> name = block[start..at];
            bool huffman = (block[at] & 0x80) != 0;
            ReadOnlySpan<byte> value = Text(block, ref at);
            if (huffman || incremental || !value.Contains(separator))
            {
                divided.Write(block[start..at]);
                continue;
            }

            foreach (Range part in value.Split(separator))
            {
                divided.Write(name);
                WriteText(divided, value[part]);
            }
        }

        return divided.WrittenSpan;
    }

    // RFC 7541, 5.1: what does not fit into the prefix follows in groups of seven bits.
    private static int Number(ReadOnlySpan<byte> block, ref int at, int bits)
    {
        int most = (1 << bits) - 1, number = block[at++] & most;
        if (number < most)
        {
            return number;
        }

        for (int shift = 0; ; shift += 7)
        {
            byte next = block[at++];
            number += (next & 127) << shift;
            if ((next & 128) == 0)
            {
                return number;
            }
        }
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> block, ref int at)
    {
        int length = Number(block, ref at, 7);
        ReadOnlySpan<byte> text = block.Slice(at, length);
        at += length;
        return text;
    }

    private static void WriteText(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> text)
    {
        Span<byte> number = stackalloc byte[6];
        int length = 0, left = text.Length;
        if (left < 127)
        {
            number[length++] = (byte)left;
        }
        else
        {
            number[length++] = 127;
            for (left -= 127; left >= 128; left >>= 7)
            {
                number[length++] = (byte)(left | 128);
            }

            number[length++] = (byte)left;
        }

        to.Write(number[..length]);
        to.Write(text);
    }
}

using System.Text;

namespace Quai.Networks.Dns.Messages;

/// <summary>
/// Names as messages have them: labels, each with its length before it. Here they are without the root's empty label at their end,
/// so that the head and the tail of a name, cut between labels, are names.
/// </summary>
internal static class WireName
{
    /// <summary>Reads a name that is not compressed, as that of a question is.</summary>
    /// <param name="message">The message.</param>
    /// <param name="at">Where the name begins.</param>
    /// <param name="length">Bytes of the name; the root's label follows it.</param>
    public static bool TryMeasure(ReadOnlySpan<byte> message, int at, out int length)
    {
        for (length = 0; length <= MessageLayout.LongestName && at + length < message.Length;)
        {
            int label = message[at + length];
            if (label == 0)
            {
                return true;
            }

            if (label > MessageLayout.LongestLabel)
            {
                return false;
            }

            length += 1 + label;
        }

        return false;
    }

    /// <summary>Finds the end of a name, compressed or not. Where it points to is not looked at, so that there are no circles.</summary>
    public static bool TrySkip(ReadOnlySpan<byte> message, int at, out int end)
    {
        int start = at;
        end = 0;
        while (at < message.Length && at - start <= MessageLayout.LongestName)
        {
            int label = message[at];
            if (label == 0)
            {
                end = at + 1;
                return true;
            }

            if (label >= 0xC0)
            {
                end = at + 2;
                return end <= message.Length;
            }

            if (label > MessageLayout.LongestLabel)
            {
                return false;
            }

            at += 1 + label;
        }

        return false;
    }

    /// <summary>Writes a name in small letters: those of ASCII, as DNS has it. Lengths of labels are none of them.</summary>
    public static void Fold(ReadOnlySpan<byte> name, Span<byte> folded)
    {
        for (int i = 0; i < name.Length; i++)
        {
            byte value = name[i];
            folded[i] = (uint)(value - 'A') <= 'Z' - 'A' ? (byte)(value | 0x20) : value;
        }
    }

    /// <summary>Whether two names differ in nothing but their letters' case.</summary>
    public static bool Equal(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        Span<byte> a = stackalloc byte[MessageLayout.LongestName], b = stackalloc byte[MessageLayout.LongestName];
        Fold(one, a);
        Fold(other, b);
        return a[..one.Length].SequenceEqual(b[..other.Length]);
    }

    /// <summary>A name from its text, with or without a dot at its end; null where no message could hold it.</summary>
    public static byte[]? TryEncode(string text)
    {
        ReadOnlySpan<char> rest = text.EndsWith('.') ? text.AsSpan(0, text.Length - 1) : text;
        Span<byte> name = stackalloc byte[MessageLayout.LongestName];
        int at = 0;
        foreach (Range range in rest.Split('.'))
        {
            ReadOnlySpan<char> label = rest[range];
            if (label.IsEmpty || at + 1 > name.Length || !Encoding.UTF8.TryGetBytes(label, name[(at + 1)..], out int length) || length > MessageLayout.LongestLabel)
            {
                return null;
            }

            name[at] = (byte)length;
            at += 1 + length;
        }

        return name[..at].ToArray();
    }

    /// <summary>As <see cref="TryEncode"/>, in small letters: a key of a table.</summary>
    public static byte[]? TryKey(string text)
    {
        byte[]? name = TryEncode(text);
        if (name is not null)
        {
            Fold(name, name);
        }

        return name;
    }

    /// <summary>Where a name's labels begin.</summary>
    /// <returns>How many there are.</returns>
    public static int Labels(ReadOnlySpan<byte> name, Span<byte> starts)
    {
        int count = 0;
        for (int at = 0; at < name.Length; at += 1 + name[at])
        {
            starts[count++] = (byte)at;
        }

        return count;
    }
}

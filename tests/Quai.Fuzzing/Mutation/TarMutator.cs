using System.Globalization;
using System.Text;

namespace Quai.Fuzzing;

/// <summary>Changes the bytes of an archive, and makes the headers' checksums right again: else nothing behind the first check would ever be tried.</summary>
public static class TarMutator
{
    private const int Block = 512;

    /// <summary>One or a few changes.</summary>
    public static byte[] Mutate(Random random, byte[] tar)
    {
        byte[] changed = random.Next(3) == 0 && tar.Length >= Block ? MoveBlocks(random, tar) : ByteMutator.Mutate(random, tar);
        if (random.Next(10) != 0)
        {
            for (int at = 0; at + Block <= changed.Length; at += Block)
            {
                // Whatever looks like a header.
                if (changed.AsSpan(at + 257, 5).SequenceEqual("ustar"u8))
                {
                    Sum(changed.AsSpan(at, Block));
                }
            }
        }

        return changed;
    }

    private static byte[] MoveBlocks(Random random, byte[] tar)
    {
        int from = random.Next(tar.Length / Block) * Block, length = Math.Min(random.Next(1, 5) * Block, tar.Length - from), to = random.Next(tar.Length / Block) * Block;
        return random.Next(3) switch
        {
            0 => [.. tar.AsSpan(0, from), .. tar.AsSpan(from + length)],
            1 => [.. tar.AsSpan(0, to), .. tar.AsSpan(from, length), .. tar.AsSpan(to)],
            _ => tar[..from],
        };
    }

    private static void Sum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in header)
        {
            sum += b;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0').ToString(CultureInfo.InvariantCulture), header.Slice(148, 6));
        header[154] = 0;
    }
}

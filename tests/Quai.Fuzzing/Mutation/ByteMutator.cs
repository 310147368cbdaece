using System.Buffers.Binary;

namespace Quai.Fuzzing;

/// <summary>Changes bytes without knowing what they mean.</summary>
public static class ByteMutator
{
    private static readonly long[] s_numbers = [0, 1, -1, 2, 7, 8, 127, 128, 255, 256, 511, 512, 513, 4095, 4096, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    /// <summary>Flips, sets, repeats, moves, cuts, puts in zeros, noise and numbers at the edges of their types.</summary>
    public static byte[] Mutate(Random random, byte[] bytes)
    {
        List<byte> changed = [.. bytes];
        for (int n = random.Next(1, 5); n > 0 && changed.Count > 0; n--)
        {
            int at = random.Next(changed.Count), length = Math.Min(Length(random), changed.Count - at);
            switch (random.Next(11))
            {
                case 0: changed[at] = (byte)random.Next(256); break;
                case 1 or 2: changed[at] ^= (byte)(1 << random.Next(8)); break;
                case 3: changed.RemoveRange(at, length); break;
                case 4: changed.InsertRange(at, changed.GetRange(at, length)); break;
                case 5: changed.RemoveRange(at, changed.Count - at); break;
                case 6: changed.InsertRange(at, new byte[length]); break;
                case 7: changed.InsertRange(random.Next(changed.Count + 1), changed.GetRange(at, length)); break;
                case 8: changed[at] += (byte)(random.Next(2) == 0 ? 1 : 255); break;
                case 9: Number(random, changed, at); break;
                default:
                    for (int i = at; i < at + length; i++)
                    {
                        changed[i] = (byte)random.Next(256);
                    }

                    break;
            }
        }

        return [.. changed];
    }

    /// <summary>As <see cref="Mutate"/>, and sometimes inserts one of the format's words.</summary>
    public static Func<Random, byte[], byte[]> With(params byte[][] words) => (random, bytes) =>
    {
        if (random.Next(2) == 0)
        {
            return Mutate(random, bytes);
        }

        byte[] word = words[random.Next(words.Length)];
        int at = random.Next(bytes.Length + 1), over = random.Next(2) == 0 ? 0 : Math.Min(word.Length, bytes.Length - at);
        return [.. bytes.AsSpan(0, at), .. word, .. bytes.AsSpan(at + over)];
    };

    /// <summary>Mostly short: a long one destroys what comes after.</summary>
    private static int Length(Random random) => random.Next(1, 1 << random.Next(1, 11));

    private static void Number(Random random, List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[8];
        long value = s_numbers[random.Next(s_numbers.Length)];
        bool big = random.Next(2) == 0;
        int size = 1 << random.Next(4);
        if (big)
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number = number[(8 - size)..];
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            number = number[..size];
        }

        for (int i = 0; i < size && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }
}

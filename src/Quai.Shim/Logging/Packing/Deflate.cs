namespace Quai.Shim.Logging.Packing;

/// <summary>
/// Compression as RFC 1951 has it, with the fixed codes: not the smallest output, but small code that works on memory it is given. Lines of a log repeat each other,
/// and repetitions are what it finds.
/// </summary>
internal unsafe struct Deflate
{
    /// <summary>Bytes of memory that a compression needs for its tables.</summary>
    public const int TableSize = (HashSize + Window) * sizeof(int);

    /// <summary>Bytes by which the output may be longer than the input, for each block of input.</summary>
    public const int Slack = 64;

    private const int HashBits = 13, HashSize = 1 << HashBits, Window = 32768, Shortest = 3, Longest = 258;

    private readonly int* _heads;
    private readonly int* _chain;
    private readonly int _depth;
    private readonly bool _stored;
    private ulong _bits;
    private int _bitCount;

    /// <summary>Prepares a compression.</summary>
    /// <param name="tables">As many bytes as <see cref="TableSize"/>.</param>
    /// <param name="level">0 stores; from 1 on, higher levels search longer; -1 is 6.</param>
    public Deflate(byte* tables, int level)
    {
        _heads = (int*)tables;
        _chain = _heads + HashSize;
        _stored = level == 0;
        _depth = 1 << Math.Clamp(level < 0 ? 6 : level, 1, 9);
        new Span<int>(_heads, HashSize).Fill(-Window - 1);
    }

    /// <summary>Compresses a part of the input. All of it stays where it is, since later parts refer to earlier ones.</summary>
    /// <param name="output">Has room for nine eighths of the part and <see cref="Slack"/> bytes.</param>
    /// <param name="input">The input's beginning.</param>
    /// <param name="from">Where the part begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="last">Whether it is the last.</param>
    public void Add(ref ByteBuffer output, byte* input, int from, int to, bool last)
    {
        if (_stored)
        {
            Store(ref output, input, from, to, last);
            return;
        }

        Bits(ref output, last ? 1u : 0u, 1);
        Bits(ref output, 1, 2);
        for (int at = from; at < to;)
        {
            int length = Find(input, at, to, out int distance);
            if (length < Shortest)
            {
                Insert(input, at, to);
                Symbol(ref output, input[at++]);
                continue;
            }

            Pair(ref output, length, distance);
            for (int end = at + length; at < end; at++)
            {
                Insert(input, at, to);
            }
        }

        Symbol(ref output, 256);
        if (last)
        {
            Bits(ref output, 0, 7);
            _bitCount = 0;
        }
    }

    private void Store(ref ByteBuffer output, byte* input, int from, int to, bool last)
    {
        do
        {
            int length = Math.Min(to - from, 65535);
            output.Add((byte)(last && from + length == to ? 1 : 0));
            output.AddLittleEndian((ulong)length, 2);
            output.AddLittleEndian((ulong)(ushort)~length, 2);
            output.Add(input + from, length);
            from += length;
        }
        while (from < to);
    }

    private readonly int Find(byte* input, int at, int to, out int distance)
    {
        distance = 0;
        int most = Math.Min(Longest, to - at), best = Shortest - 1;
        if (most < Shortest)
        {
            return 0;
        }

        int candidate = _heads[Hash(input + at)];
        for (int i = 0; i < _depth && candidate >= 0 && at - candidate < Window; i++)
        {
            if (input[candidate + best] == input[at + best])
            {
                int length = new ReadOnlySpan<byte>(input + candidate, most).CommonPrefixLength(new ReadOnlySpan<byte>(input + at, most));
                if (length > best)
                {
                    best = length;
                    distance = at - candidate;
                    if (length == most)
                    {
                        break;
                    }
                }
            }

            candidate = _chain[candidate % Window];
        }

        return distance == 0 ? 0 : best;
    }

    private readonly void Insert(byte* input, int at, int to)
    {
        if (to - at >= Shortest)
        {
            int hash = Hash(input + at);
            _chain[at % Window] = _heads[hash];
            _heads[hash] = at;
        }
    }

    private static int Hash(byte* at) => (int)(((uint)(at[0] | (at[1] << 8) | (at[2] << 16)) * 2654435761u) >> (32 - HashBits));

    private void Symbol(ref ByteBuffer output, int symbol)
    {
        // RFC 1951, 3.2.6.
        if (symbol < 144)
        {
            Code(ref output, 0x30 + symbol, 8);
        }
        else if (symbol < 256)
        {
            Code(ref output, 0x190 + symbol - 144, 9);
        }
        else if (symbol < 280)
        {
            Code(ref output, symbol - 256, 7);
        }
        else
        {
            Code(ref output, 0xC0 + symbol - 280, 8);
        }
    }

    private void Pair(ref ByteBuffer output, int length, int distance)
    {
        if (length == Longest)
        {
            Symbol(ref output, 285);
        }
        else if (length < 11)
        {
            Symbol(ref output, 257 + length - 3);
        }
        else
        {
            // Groups of four codes, each group with one more extra bit.
            int value = length - 3, extra = 29 - System.Numerics.BitOperations.LeadingZeroCount((uint)value);
            Symbol(ref output, 257 + (extra * 4) + (value >> extra));
            Bits(ref output, (uint)(value & ((1 << extra) - 1)), extra);
        }

        int far = distance - 1;
        if (far < 4)
        {
            Code(ref output, far, 5);
            return;
        }

        int more = 30 - System.Numerics.BitOperations.LeadingZeroCount((uint)far);
        Code(ref output, (more * 2) + (far >> more), 5);
        Bits(ref output, (uint)(far & ((1 << more) - 1)), more);
    }

    /// <summary>Huffman's codes begin with their highest bit.</summary>
    private void Code(ref ByteBuffer output, int code, int count)
    {
        uint reversed = 0;
        for (int i = 0; i < count; i++)
        {
            reversed = (reversed << 1) | (uint)((code >> i) & 1);
        }

        Bits(ref output, reversed, count);
    }

    private void Bits(ref ByteBuffer output, uint value, int count)
    {
        _bits |= (ulong)value << _bitCount;
        _bitCount += count;
        while (_bitCount >= 8)
        {
            output.Add((byte)_bits);
            _bits >>= 8;
            _bitCount -= 8;
        }
    }
}

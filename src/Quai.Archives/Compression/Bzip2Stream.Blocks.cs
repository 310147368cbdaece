namespace Quai.Archives;

/// <summary>A block: its symbols, codes and runs, and the inverse Burrows-Wheeler transform.</summary>
internal sealed partial class Bzip2Stream
{
    private void ReadBlock()
    {
        _blockSum = (Bits(16) << 16) | Bits(16);
        if (Bits(1) != 0)
        {
            throw Broken("deprecated randomized files");
        }

        int origin = (int)Bits(24);
        byte[] symbols = ReadSymbols();
        if (symbols.Length == 0)
        {
            throw Broken("no symbols in input");
        }

        int alphabet = symbols.Length + 2;
        byte[] selectors = ReadSelectors(out int tables);
        var trees = new Huffman[tables];
        for (int i = 0; i < tables; i++)
        {
            trees[i] = ReadTree(alphabet);
        }

        Span<int> counts = stackalloc int[256];
        counts.Clear();
        int length = 0, group = 0, inGroup = 0, run = 0, runBit = 1;
        while (true)
        {
            if (inGroup == 0)
            {
                if (group == selectors.Length)
                {
                    throw Broken("insufficient selector indices for number of decoded symbols");
                }

                inGroup = GroupSize;
            }

            int symbol = Decode(trees[selectors[group]]);
            if (--inGroup == 0)
            {
                group++;
            }

            if (symbol < 2)
            {
                if (runBit > 2 * 1024 * 1024)
                {
                    throw Broken("repeat count too large");
                }

                run += runBit << symbol;
                runBit <<= 1;
                continue;
            }

            if (run > 0)
            {
                if (run > _blockLength - length)
                {
                    throw Broken("repeats past end of block");
                }

                byte value = symbols[0];
                counts[value] += run;
                _block.AsSpan(length, run).Fill(value);
                length += run;
                run = 0;
            }

            runBit = 1;
            if (symbol == alphabet - 1)
            {
                break;
            }

            // Move to front; runs alone encode the first position.
            int at = symbol - 1;
            byte moved = symbols[at];
            symbols.AsSpan(0, at).CopyTo(symbols.AsSpan(1));
            symbols[0] = moved;
            if (length == _blockLength)
            {
                throw Broken("data exceeds block size");
            }

            counts[moved]++;
            _block[length++] = moved;
        }

        if (origin >= length)
        {
            throw Broken("origin pointer out of bounds");
        }

        Unsort(length, counts);

        // Copy advances before each byte.
        _next = _block[origin];
        _left = length;
        _sum = uint.MaxValue;
        _same = 0;
        _last = -1;
        _repeat = 0;
        _inBlock = true;
    }

    /// <summary>Inverts the Burrows-Wheeler transform: each cell gets, above its byte, the position of the next byte.</summary>
    private void Unsort(int length, Span<int> counts)
    {
        int sum = 0;
        for (int i = 0; i < 256; i++)
        {
            (counts[i], sum) = (sum, sum + counts[i]);
        }

        for (int i = 0; i < length; i++)
        {
            byte value = (byte)_block[i];
            _block[counts[value]++] |= (uint)i << 8;
        }
    }

    private byte[] ReadSymbols()
    {
        uint used = Bits(16);
        List<byte> symbols = [];
        for (int i = 0; i < 16; i++)
        {
            if ((used & (0x8000u >> i)) == 0)
            {
                continue;
            }

            uint bits = Bits(16);
            for (int j = 0; j < 16; j++)
            {
                if ((bits & (0x8000u >> j)) != 0)
                {
                    symbols.Add((byte)((i * 16) + j));
                }
            }
        }

        return [.. symbols];
    }

    private byte[] ReadSelectors(out int tables)
    {
        tables = (int)Bits(3);
        if (tables is < 2 or > 6)
        {
            throw Broken("invalid number of Huffman trees");
        }

        byte[] selectors = new byte[Bits(15)];
        Span<byte> order = [0, 1, 2, 3, 4, 5];
        for (int i = 0; i < selectors.Length; i++)
        {
            int at = 0;
            while (Bits(1) != 0)
            {
                if (++at >= tables)
                {
                    throw Broken("tree index too large");
                }
            }

            byte chosen = order[at];
            order[..at].CopyTo(order[1..]);
            order[0] = chosen;
            selectors[i] = chosen;
        }

        return selectors;
    }

    private Huffman ReadTree(int alphabet)
    {
        byte[] lengths = new byte[alphabet];
        int length = (int)Bits(5);
        for (int i = 0; i < alphabet; i++)
        {
            while (true)
            {
                if (length is < 1 or > LongestCode)
                {
                    throw Broken("Huffman length out of range");
                }

                if (Bits(1) == 0)
                {
                    break;
                }

                length += Bits(1) != 0 ? -1 : 1;
            }

            lengths[i] = (byte)length;
        }

        return new Huffman(lengths);
    }

    private int Decode(Huffman tree)
    {
        Need(LongestCode, required: false);
        uint code = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            if (_bitCount < length)
            {
                throw new EndOfStreamException("unexpected EOF");
            }

            code = (uint)(_bits >> (64 - length));
            int offset = (int)code - tree.First[length];
            if (offset >= 0 && offset < tree.Count[length])
            {
                _bits <<= length;
                _bitCount -= length;
                return tree.Symbols[tree.Start[length] + offset];
            }
        }

        throw Broken("bad Huffman code");
    }

    /// <summary>A canonical code: per length the first code, how many there are, and where their symbols start.</summary>
    private sealed class Huffman
    {
        public readonly int[] First = new int[LongestCode + 2], Count = new int[LongestCode + 2], Start = new int[LongestCode + 2];
        public readonly ushort[] Symbols;

        public Huffman(byte[] lengths)
        {
            Symbols = new ushort[lengths.Length];
            foreach (byte length in lengths)
            {
                Count[length]++;
            }

            int code = 0, start = 0;
            for (int length = 1; length <= LongestCode; length++)
            {
                First[length] = code;
                Start[length] = start;
                for (int symbol = 0; symbol < lengths.Length; symbol++)
                {
                    if (lengths[symbol] == length)
                    {
                        Symbols[start++] = (ushort)symbol;
                    }
                }

                code = (code + Count[length]) << 1;
            }
        }
    }
}

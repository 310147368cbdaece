namespace Quai.Archives;

/// <summary>LZMA's model and range decoder (LZMA specification, 7-zip.org), for one chunk of LZMA2 at a time.</summary>
internal sealed class LzmaState
{
    private const int ProbabilityBits = 11, MoveBits = 5;
    private const ushort Half = 1 << (ProbabilityBits - 1);
    private const uint Top = 1u << 24;
    private const int States = 12, PositionStates = 16, LengthStates = 4, FirstModel = 4, LastModel = 14, FullDistances = 128, AlignBits = 4, ShortestMatch = 2;

    private readonly ushort[] _isMatch = new ushort[States * PositionStates], _isRep = new ushort[States], _isRep0 = new ushort[States], _isRep1 = new ushort[States],
        _isRep2 = new ushort[States], _isRep0Long = new ushort[States * PositionStates], _slots = new ushort[LengthStates * 64],
        _special = new ushort[FullDistances], _align = new ushort[1 << AlignBits], _literals = new ushort[0x300 << 4];

    private readonly LengthModel _matchLength = new(), _repLength = new();
    private int _literalContext, _literalPosition, _positionMask;
    private int _state;
    private uint _rep0, _rep1, _rep2, _rep3;
    private byte[] _input = [];
    private int _at, _end;
    private uint _range, _code;

    public void SetProperties(byte properties)
    {
        if (properties >= 9 * 5 * 5)
        {
            throw Broken();
        }

        _literalContext = properties % 9;
        _literalPosition = properties / 9 % 5;
        _positionMask = (1 << (properties / 45)) - 1;
        if (_literalContext + _literalPosition > 4)
        {
            throw Broken();
        }
    }

    public void Reset()
    {
        foreach (ushort[] model in (ReadOnlySpan<ushort[]>)[_isMatch, _isRep, _isRep0, _isRep1, _isRep2, _isRep0Long, _slots, _special, _align, _literals])
        {
            model.AsSpan().Fill(Half);
        }

        _matchLength.Reset();
        _repLength.Reset();
        _state = 0;
        _rep0 = _rep1 = _rep2 = _rep3 = 0;
    }

    /// <summary>Decodes one chunk.</summary>
    /// <param name="input">The compressed bytes.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="window">The destination, which holds the dictionary before the chunk.</param>
    /// <param name="oldest">The first byte that may be copied from.</param>
    /// <param name="position">Where the chunk starts.</param>
    /// <param name="limit">Where it ends.</param>
    /// <param name="total">Bytes from the last reset of the dictionary to the chunk's start: literals and matches depend on its low bits.</param>
    public void Decode(byte[] input, int length, byte[] window, int oldest, int position, int limit, long total)
    {
        _input = input;
        _end = length;
        _at = 0;
        _range = uint.MaxValue;
        _code = 0;
        if (NextByte() != 0)
        {
            throw Broken();
        }

        for (int i = 0; i < 4; i++)
        {
            _code = (_code << 8) | NextByte();
        }

        int begin = oldest;
        int phase = (int)(total & 0xff) - position;
        while (position < limit)
        {
            int positionState = (position + phase) & _positionMask;
            if (Bit(ref _isMatch[(_state * PositionStates) + positionState]) == 0)
            {
                window[position] = Literal(window, position, begin, position + phase);
                position++;
                _state = _state < 4 ? 0 : _state < 10 ? _state - 3 : _state - 6;
                continue;
            }

            int count;
            if (Bit(ref _isRep[_state]) == 0)
            {
                _rep3 = _rep2;
                _rep2 = _rep1;
                _rep1 = _rep0;
                count = _matchLength.Decode(this, positionState);
                _state = _state < 7 ? 7 : 10;
                _rep0 = Distance(count);
                if (_rep0 == uint.MaxValue)
                {
                    throw Broken();
                }
            }
            else if (Bit(ref _isRep0[_state]) == 0)
            {
                if (Bit(ref _isRep0Long[(_state * PositionStates) + positionState]) == 0)
                {
                    _state = _state < 7 ? 9 : 11;
                    CheckDistance(position, begin);
                    window[position] = window[position - (int)_rep0 - 1];
                    position++;
                    continue;
                }

                count = _repLength.Decode(this, positionState);
                _state = _state < 7 ? 8 : 11;
            }
            else
            {
                uint distance;
                if (Bit(ref _isRep1[_state]) == 0)
                {
                    distance = _rep1;
                }
                else
                {
                    if (Bit(ref _isRep2[_state]) == 0)
                    {
                        distance = _rep2;
                    }
                    else
                    {
                        distance = _rep3;
                        _rep3 = _rep2;
                    }

                    _rep2 = _rep1;
                }

                _rep1 = _rep0;
                _rep0 = distance;
                count = _repLength.Decode(this, positionState);
                _state = _state < 7 ? 8 : 11;
            }

            count += ShortestMatch;
            CheckDistance(position, begin);
            if (count > limit - position)
            {
                throw Broken();
            }

            int from = position - (int)_rep0 - 1;
            if (_rep0 + 1 >= count)
            {
                window.AsSpan(from, count).CopyTo(window.AsSpan(position));
                position += count;
            }
            else
            {
                for (; count > 0; count--)
                {
                    window[position++] = window[from++];
                }
            }
        }
    }

    private static InvalidDataException Broken() => new("xz data invalid: corrupt LZMA2 chunk");

    private void CheckDistance(int position, int begin)
    {
        if (_rep0 >= (uint)(position - begin))
        {
            throw Broken();
        }
    }

    private byte Literal(byte[] window, int position, int begin, int counted)
    {
        int previous = position > begin ? window[position - 1] : 0;
        int context = ((counted & ((1 << _literalPosition) - 1)) << _literalContext) + (previous >> (8 - _literalContext));
        int model = 0x300 * context;
        int symbol = 1;
        if (_state >= 7)
        {
            CheckDistance(position, begin);
            int match = window[position - (int)_rep0 - 1];
            do
            {
                int bit = (match >> 7) & 1;
                match <<= 1;
                int decoded = Bit(ref _literals[model + ((1 + bit) << 8) + symbol]);
                symbol = (symbol << 1) | decoded;
                if (bit != decoded)
                {
                    break;
                }
            }
            while (symbol < 0x100);
        }

        while (symbol < 0x100)
        {
            symbol = (symbol << 1) | Bit(ref _literals[model + symbol]);
        }

        return (byte)symbol;
    }

    private uint Distance(int length)
    {
        int slot = Tree(_slots.AsSpan(Math.Min(length, LengthStates - 1) * 64), 6);
        if (slot < FirstModel)
        {
            return (uint)slot;
        }

        int bits = (slot >> 1) - 1;
        uint distance = (2 | ((uint)slot & 1)) << bits;
        if (slot < LastModel)
        {
            return distance + Reverse(_special.AsSpan((int)distance - slot), bits);
        }

        for (int i = 0, direct = bits - AlignBits; i < direct; i++)
        {
            _range >>= 1;
            _code -= _range;
            uint mask = 0 - (_code >> 31);
            _code += _range & mask;
            Normalize();
            distance += (mask + 1) << (bits - 1 - i);
        }

        return distance + Reverse(_align, AlignBits);
    }

    private int Tree(Span<ushort> model, int bits)
    {
        int symbol = 1;
        for (int i = 0; i < bits; i++)
        {
            symbol = (symbol << 1) | Bit(ref model[symbol]);
        }

        return symbol - (1 << bits);
    }

    private uint Reverse(Span<ushort> model, int bits)
    {
        int symbol = 1;
        uint result = 0;
        for (int i = 0; i < bits; i++)
        {
            int bit = Bit(ref model[symbol]);
            symbol = (symbol << 1) | bit;
            result |= (uint)bit << i;
        }

        return result;
    }

    private int Bit(ref ushort probability)
    {
        uint bound = (_range >> ProbabilityBits) * probability;
        int bit;
        if (_code < bound)
        {
            probability += (ushort)(((1 << ProbabilityBits) - probability) >> MoveBits);
            _range = bound;
            bit = 0;
        }
        else
        {
            probability -= (ushort)(probability >> MoveBits);
            _code -= bound;
            _range -= bound;
            bit = 1;
        }

        Normalize();
        return bit;
    }

    private void Normalize()
    {
        if (_range < Top)
        {
            _range <<= 8;
            _code = (_code << 8) | NextByte();
        }
    }

    private byte NextByte() => _at < _end ? _input[_at++] : throw Broken();

    /// <summary>Lengths of matches.</summary>
    private sealed class LengthModel
    {
        private readonly ushort[] _low = new ushort[PositionStates * 8], _mid = new ushort[PositionStates * 8], _high = new ushort[256];
        private ushort _choice, _choice2;

        public void Reset()
        {
            _low.AsSpan().Fill(Half);
            _mid.AsSpan().Fill(Half);
            _high.AsSpan().Fill(Half);
            _choice = _choice2 = Half;
        }

        public int Decode(LzmaState state, int positionState) =>
            state.Bit(ref _choice) == 0 ? state.Tree(_low.AsSpan(positionState * 8), 3)
            : state.Bit(ref _choice2) == 0 ? 8 + state.Tree(_mid.AsSpan(positionState * 8), 3)
            : 16 + state.Tree(_high, 8);
    }
}

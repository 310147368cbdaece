namespace Quai.Archives;

/// <summary>Decompresses bzip2: any number of concatenated streams, each verified by its checksums.</summary>
internal sealed partial class Bzip2Stream(Stream source) : ReadOnlyStream
{
    private const long BlockMark = 0x314159265359, EndMark = 0x177245385090;
    private const int GroupSize = 50, LongestCode = 20;

    private static readonly uint[] s_sums = MakeSums();

    private readonly byte[] _input = new byte[64 * 1024];
    private int _inputUsed, _inputEnd;
    private ulong _bits;
    private int _bitCount;
    private uint[] _block = [];
    private int _blockLength, _left;
    private uint _next;
    private int _repeat, _same, _last = -1;
    private uint _sum, _blockSum, _streamSum;
    private bool _started, _ended, _inBlock;

    public override int Read(Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            if (!_inBlock && !NextBlock())
            {
                break;
            }

            done += Copy(buffer[done..]);
        }

        return done;
    }

    private static uint[] MakeSums()
    {
        uint[] sums = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint sum = i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum & 0x80000000) != 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
            }

            sums[i] = sum;
        }

        return sums;
    }

    private static InvalidDataException Broken(string what) => new($"bzip2 data invalid: {what}");

    /// <summary>The outermost run-length code: four equal bytes are followed by the number of further repetitions.</summary>
    private int Copy(Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            if (_repeat > 0)
            {
                int count = Math.Min(_repeat, buffer.Length - done);
                buffer.Slice(done, count).Fill((byte)_last);
                for (int i = 0; i < count; i++)
                {
                    _sum = (_sum << 8) ^ s_sums[(_sum >> 24) ^ (uint)_last];
                }

                _repeat -= count;
                done += count;
                continue;
            }

            if (_left == 0)
            {
                EndBlock();
                break;
            }

            _left--;
            _next = _block[_next >> 8];
            int value = (int)(_next & 0xff);
            if (_same == 4)
            {
                _repeat = value;
                _same = 0;
                continue;
            }

            _same = value == _last ? _same + 1 : 1;
            _last = value;
            buffer[done++] = (byte)value;
            _sum = (_sum << 8) ^ s_sums[(_sum >> 24) ^ (uint)value];
        }

        return done;
    }

    private void EndBlock()
    {
        if (~_sum != _blockSum)
        {
            throw Broken("block checksum mismatch");
        }

        _streamSum = ((_streamSum << 1) | (_streamSum >> 31)) ^ ~_sum;
        _inBlock = false;
    }

    private bool NextBlock()
    {
        while (!_ended)
        {
            if (!_started)
            {
                StartStream();
            }

            long mark = ((long)Bits(24) << 24) | Bits(24);
            if (mark == BlockMark)
            {
                ReadBlock();
                return true;
            }

            if (mark != EndMark)
            {
                throw Broken("bad magic value found");
            }

            if (Bits(16) is var high && ((high << 16) | Bits(16)) != _streamSum)
            {
                throw Broken("file checksum mismatch");
            }

            // Another stream may follow, at the next whole byte.
            _bits <<= _bitCount & 7;
            _bitCount &= ~7;
            _started = false;
            _ended = _bitCount == 0 && !FillInput();
        }

        return false;
    }

    private void StartStream()
    {
        uint level;
        if (Bits(8) != 'B' || Bits(8) != 'Z' || Bits(8) != 'h' || (level = Bits(8)) is < '1' or > '9')
        {
            throw Broken("bad magic value");
        }

        int size = (int)(level - '0') * 100_000;
        _block = _block.Length >= size ? _block : new uint[size];
        _blockLength = size;
        _streamSum = 0;
        _started = true;
    }

    private uint Bits(int count)
    {
        Need(count, required: true);
        uint value = (uint)(_bits >> (64 - count));
        _bits <<= count;
        _bitCount -= count;
        return value;
    }

    private void Need(int count, bool required)
    {
        while (_bitCount < count)
        {
            if (_inputUsed == _inputEnd && !FillInput())
            {
                if (required)
                {
                    throw new EndOfStreamException("unexpected EOF");
                }

                return;
            }

            _bits |= (ulong)_input[_inputUsed++] << (56 - _bitCount);
            _bitCount += 8;
        }
    }

    private bool FillInput()
    {
        if (_inputUsed < _inputEnd)
        {
            return true;
        }

        _inputUsed = 0;
        _inputEnd = source.Read(_input, 0, _input.Length);
        return _inputEnd > 0;
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Quai.Archives;

/// <summary>
/// Decompresses xz: any number of streams and blocks of LZMA2, each block verified by its checksum (The .xz File Format 1.2.0).
/// The machine code filters, which no archive of files uses, are refused.
/// </summary>
internal sealed class XzStream(Stream source) : ReadOnlyStream
{
    private const int HeaderSize = 12;
    private const ulong Lzma2Id = 0x21;

    private readonly XzInput _input = new(source);
    private readonly Lzma2Decoder _decoder = new();
    private readonly Crc32 _crc32 = new();
    private readonly Crc64 _crc64 = new();
    private IncrementalHash? _sha256;
    private int _check;
    private bool _inStream, _inBlock, _ended;

    public override int Read(Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && !_ended)
        {
            if (_inBlock)
            {
                int count = _decoder.Read(_input, buffer[done..]);
                if (count == 0)
                {
                    EndBlock();
                    continue;
                }

                Sum(buffer.Slice(done, count));
                done += count;
            }
            else if (_inStream)
            {
                StartBlock();
            }
            else
            {
                StartStream(first: !_input.Any);
            }
        }

        return done;
    }

    protected override void Dispose(bool disposing)
    {
        _sha256?.Dispose();
        base.Dispose(disposing);
    }

    private static InvalidDataException Broken(string what) => new($"xz data invalid: {what}");

    private static ulong Number(ref ReadOnlySpan<byte> data)
    {
        ulong value = 0;
        for (int i = 0; i < 9 && i < data.Length; i++)
        {
            value |= (ulong)(data[i] & 0x7f) << (i * 7);
            if ((data[i] & 0x80) == 0)
            {
                data = data[(i + 1)..];
                return value;
            }
        }

        throw Broken("a broken number");
    }

    private void StartStream(bool first)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        while (true)
        {
            // Between streams there may be zeros, in multiples of four.
            if (!_input.TryRead(header[..4]))
            {
                _ended = first ? throw new EndOfStreamException("unexpected EOF") : true;
                return;
            }

            if (first || header[..4].ContainsAnyExcept((byte)0))
            {
                break;
            }
        }

        _input.Read(header[4..]);
        if (!header[..6].SequenceEqual((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) || header[6] != 0 || header[7] > 15
            || Crc32.Of(header.Slice(6, 2)) != BinaryPrimitives.ReadUInt32LittleEndian(header[8..]))
        {
            throw Broken("header corrupt");
        }

        _check = header[7];
        _inStream = true;
    }

    private void StartBlock()
    {
        _input.Counted = 0;
        int first = _input.ReadByte();
        if (first == 0)
        {
            EndStream();
            return;
        }

        Span<byte> header = stackalloc byte[(first + 1) * 4];
        header[0] = (byte)first;
        _input.Read(header[1..]);
        ReadOnlySpan<byte> fields = header[1..^4];
        if (Crc32.Of(header[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(header[^4..]))
        {
            throw Broken("block header corrupt");
        }

        int flags = fields[0];
        fields = fields[1..];
        if ((flags & 0x40) != 0)
        {
            Number(ref fields);
        }

        if ((flags & 0x80) != 0)
        {
            Number(ref fields);
        }

        if ((flags & 0x3f) != 0 || Number(ref fields) != Lzma2Id || Number(ref fields) != 1 || fields[0] > 40)
        {
            throw Broken("unsupported filter");
        }

        _decoder.Start(fields[0]);
        _crc32.Reset();
        _crc64.Reset();
        _sha256?.Dispose();
        _sha256 = _check == 10 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _inBlock = true;
    }

    private void EndBlock()
    {
        _input.SkipToFour();
        ReadOnlySpan<byte> sizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
        Span<byte> sum = stackalloc byte[64];
        sum = sum[..sizes[_check]];
        _input.Read(sum);
        bool right = _check switch
        {
            1 => BinaryPrimitives.ReadUInt32LittleEndian(sum) == _crc32.Value,
            4 => BinaryPrimitives.ReadUInt64LittleEndian(sum) == _crc64.Value,
            10 => sum.SequenceEqual(_sha256!.GetHashAndReset()),
            _ => true,
        };
        _inBlock = false;
        if (!right)
        {
            throw Broken("block checksum mismatch");
        }
    }

    private void EndStream()
    {
        // The index repeats what was read already; only its structure matters, for finding the end.
        ulong records = _input.ReadNumber();
        for (ulong i = 0; i < records; i++)
        {
            _input.ReadNumber();
            _input.ReadNumber();
        }

        _input.SkipToFour();
        Span<byte> end = stackalloc byte[4 + HeaderSize];
        _input.Read(end);
        if (end[^2] != 'Y' || end[^1] != 'Z')
        {
            throw Broken("footer corrupt");
        }

        _inStream = false;
    }

    private void Sum(ReadOnlySpan<byte> data)
    {
        switch (_check)
        {
            case 1:
                _crc32.Append(data);
                break;
            case 4:
                _crc64.Append(data);
                break;
            case 10:
                _sha256!.AppendData(data);
                break;
        }
    }
}

/// <summary>The compressed bytes, through a buffer.</summary>
internal sealed class XzInput(Stream source)
{
    private readonly byte[] _buffer = new byte[128 * 1024];
    private int _used, _end;

    /// <summary>Whether anything was read.</summary>
    public bool Any { get; private set; }

    /// <summary>Bytes read since it was last set to zero.</summary>
    public long Counted { get; set; }

    public byte ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        Read(one);
        return one[0];
    }

    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public void Read(Span<byte> data)
    {
        if (!TryRead(data))
        {
            throw new EndOfStreamException("unexpected EOF");
        }
    }

    /// <summary>False at the end of the source; an end in the middle is an error.</summary>
    public bool TryRead(Span<byte> data)
    {
        int done = 0;
        while (done < data.Length)
        {
            if (_used == _end)
            {
                _used = 0;
                _end = source.Read(_buffer, 0, _buffer.Length);
                if (_end == 0)
                {
                    return done == 0 ? false : throw new EndOfStreamException("unexpected EOF");
                }
            }

            int count = Math.Min(data.Length - done, _end - _used);
            _buffer.AsSpan(_used, count).CopyTo(data[done..]);
            _used += count;
            done += count;
        }

        Counted += done;
        Any = true;
        return true;
    }

    public ulong ReadNumber()
    {
        ulong value = 0;
        for (int i = 0; i < 9; i++)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7f) << (i * 7);
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }

        throw new InvalidDataException("xz data invalid: a broken number");
    }

    public void SkipToFour()
    {
        while ((Counted & 3) != 0)
        {
            ReadByte();
        }
    }
}

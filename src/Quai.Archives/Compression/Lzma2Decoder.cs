using System.Buffers.Binary;

namespace Quai.Archives;

/// <summary>Decodes LZMA2 (as in xz): chunks of at most 2 MiB, each decoded whole into a window that keeps the dictionary.</summary>
internal sealed class Lzma2Decoder
{
    private const int LargestChunk = 2 << 20, LargestPacked = 64 << 10;

    private readonly byte[] _packed = new byte[LargestPacked];
    private readonly LzmaState _state = new();
    private byte[] _window = [];
    private int _dictionary, _start, _given, _end;
    private bool _needsDictionary, _needsState, _needsProperties, _finished;
    private long _total;

    /// <summary>Begins a block.</summary>
    /// <param name="size">The dictionary's size, as encoded in the block's header.</param>
    public void Start(byte size)
    {
        long bytes = size == 40 ? uint.MaxValue : (2L | (uint)(size & 1)) << ((size / 2) + 11);

        // xz -9 has 64 MiB, and zstd's limit is 128 MiB too: an archive may ask for this much memory.
        if (bytes > 128 << 20)
        {
            throw new InvalidDataException("xz data invalid: the dictionary is larger than 128 MiB");
        }

        _dictionary = (int)bytes;
        int length = _dictionary + Math.Max(2 * LargestChunk, Math.Min(_dictionary, 8 << 20));
        if (_window.Length < length)
        {
            _window = GC.AllocateUninitializedArray<byte>(length);
        }

        _start = _given = _end = 0;
        _needsDictionary = _needsState = _needsProperties = true;
        _finished = false;
    }

    /// <summary>Decodes some bytes; 0 at the end of the block.</summary>
    public int Read(XzInput input, Span<byte> output)
    {
        while (_given == _end)
        {
            if (_finished || !NextChunk(input))
            {
                return 0;
            }
        }

        int count = Math.Min(output.Length, _end - _given);
        _window.AsSpan(_given, count).CopyTo(output);
        _given += count;
        return count;
    }

    private static InvalidDataException Broken(string what) => new($"xz data invalid: {what}");

    private bool NextChunk(XzInput input)
    {
        int control = input.ReadByte();
        if (control == 0)
        {
            _finished = true;
            return false;
        }

        Span<byte> sizes = stackalloc byte[4];
        bool packed = control >= 0x80;
        if ((!packed && control > 2) || (_needsDictionary && control is not 1 and < 0xe0))
        {
            throw Broken("unexpected chunk");
        }

        if (control is 1 or >= 0xe0)
        {
            _needsDictionary = false;
            _start = _end;
            _total = 0;
        }

        Slide();
        if (!packed)
        {
            input.Read(sizes[..2]);
            int size = BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1;
            input.Read(_window.AsSpan(_end, size));
            _end += size;
            _total += size;
            return true;
        }

        input.Read(sizes);
        int unpackedSize = ((control & 0x1f) << 16) + BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1;
        int packedSize = BinaryPrimitives.ReadUInt16BigEndian(sizes[2..]) + 1;
        int reset = (control >> 5) & 3;
        if (reset >= 2)
        {
            _state.SetProperties(input.ReadByte());
            _needsProperties = false;
        }

        if (_needsProperties || (reset == 0 && _needsState))
        {
            throw Broken("unexpected chunk");
        }

        if (reset >= 1)
        {
            _state.Reset();
            _needsState = false;
        }

        input.Read(_packed.AsSpan(0, packedSize));
        _state.Decode(_packed, packedSize, _window, Math.Max(_start, _end - _dictionary), _end, _end + unpackedSize, _total);
        _end += unpackedSize;
        _total += unpackedSize;
        return true;
    }

    /// <summary>Makes room for a chunk: whatever the dictionary no longer reaches is dropped.</summary>
    private void Slide()
    {
        if (_window.Length - _end >= LargestChunk)
        {
            return;
        }

        int keep = Math.Min(_dictionary, _end - _start);
        _window.AsSpan(_end - keep, keep).CopyTo(_window);
        _start = 0;
        _given = _end = keep;
    }
}

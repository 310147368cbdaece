using Quai.Errors;

namespace Quai.Archives;

/// <summary>
/// Reads a tar archive from front to back without seeking: ustar, GNU long names and base-256 numbers, PAX, GNU's four kinds of sparse files.
/// Content is returned as slices of the read buffer. What Docker's reader accepts is accepted, up to limits that no real archive comes near:
/// 1 MiB for an extension header, 4,095 bytes for a name, 256 attributes, 1,048,576 pieces of a sparse file. Memory is the same for any number of entries.
/// </summary>
/// <param name="source">The uncompressed archive; not disposed.</param>
/// <param name="bufferSize">Bytes to read at once.</param>
public sealed partial class TarReader(Stream source, int bufferSize = 1 << 20)
{
    private const int BlockSize = 512;

    private readonly byte[] _buffer = new byte[bufferSize];
    private readonly TarEntry _entry = new();
    private int _start;
    private int _end;
    private long _contentLeft;
    private long _read;
    private int _paddingLeft;

    /// <summary>The current entry, after <see cref="MoveNext"/>.</summary>
    public TarEntry Entry => _entry;

    /// <summary>How many bytes of the archive lie before what is read next: after <see cref="MoveNext"/> those before the entry's content.</summary>
    public long Position => _read - (_end - _start);

    /// <summary>Moves to the next entry, skipping the rest of this one's content; false at the end of the archive.</summary>
    /// <exception cref="QuaiException">The archive is malformed or ends too early.</exception>
    public bool MoveNext()
    {
        SkipContent();
        _entry.Xattrs.Clear();
        ClearSparse();
        byte[]? longName = null;
        byte[]? longLink = null;
        int pax = -1;
        while (true)
        {
            ReadOnlySpan<byte> header = NextHeader();
            if (header.IsEmpty)
            {
                return longName is null && longLink is null && pax < 0 ? false : throw Truncated();
            }

            ReadHeader(header);
            switch (_entry.Type)
            {
                case TarEntryType.GnuLongName:
                    longName = LongName();
                    continue;
                case TarEntryType.GnuLongLink:
                    longLink = LongName();
                    continue;
                case TarEntryType.ExtendedHeader:
                    pax = ReadExtension(ref _pax);
                    continue;
                case TarEntryType.GlobalHeader:
                    // Docker reads global headers and does not apply them; git's archives have one with a comment.
                    SkipContent();
                    continue;
                default:
                    break;
            }

            if (longName is not null)
            {
                _entry.SetName(longName);
            }

            if (longLink is not null)
            {
                _entry.SetLinkName(longLink);
            }

            if (pax >= 0)
            {
                ApplyPax(_pax.AsSpan(0, pax));
            }

            Finish();
            return true;
        }
    }

    private ReadOnlySpan<byte> ReadStored(long most)
    {
        if (_contentLeft == 0 || most == 0)
        {
            return default;
        }

        if (_start == _end && !Fill())
        {
            throw Truncated();
        }

        int count = (int)Math.Min(Math.Min(_contentLeft, most), _end - _start);
        ReadOnlySpan<byte> piece = _buffer.AsSpan(_start, count);
        _start += count;
        _contentLeft -= count;
        return piece;
    }

    /// <summary>Some of the content of an entry that is not sparse; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        ReadOnlySpan<byte> piece = ReadStored(buffer.Length);
        piece.CopyTo(buffer);
        return piece.Length;
    }

    /// <summary>Whether a block is a header, or one of those that terminate an archive.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> block)
    {
        if (block.Length < BlockSize)
        {
            return false;
        }

        block = block[..BlockSize];
        return !block.ContainsAnyExcept((byte)0) || (TarText.Number(block.Slice(148, 8)) is { } sum && IsSum(block, sum));
    }

    /// <summary>All of the entry's content.</summary>
    public byte[] ReadAll(int limit)
    {
        if (_entry.Size > limit)
        {
            throw QuaiException.Invalid($"archive entry {_entry.DisplayName} is larger than {limit} bytes");
        }

        byte[] data = new byte[_entry.Size];
        int done = 0;
        for (ReadOnlySpan<byte> piece = ReadContent(); !piece.IsEmpty; piece = ReadContent())
        {
            piece.CopyTo(data.AsSpan(done));
            done += piece.Length;
        }

        return data;
    }

    /// <summary>Reads what follows the archive's end, so that the whole stream can be hashed.</summary>
    public void Drain()
    {
        SkipContent();
        do
        {
            _start = _end;
        }
        while (Fill());
    }

    /// <summary>One header block; empty at the end of the archive. The end is two blocks of zeros, or just the stream's end.</summary>
    private ReadOnlySpan<byte> NextHeader()
    {
        if (!Need(BlockSize))
        {
            return _start == _end ? default : throw Truncated();
        }

        ReadOnlySpan<byte> block = Take(BlockSize);
        if (block.ContainsAnyExcept((byte)0))
        {
            return block;
        }

        if (Need(BlockSize) && Take(BlockSize).ContainsAnyExcept((byte)0))
        {
            throw Malformed("a single zero block in its middle");
        }

        return default;
    }

    private void ReadHeader(ReadOnlySpan<byte> header)
    {
        CheckSum(header);
        _entry.SetName(TarText.Text(header[..100]));
        _entry.Mode = (uint)Number(header.Slice(100, 8)) & 0xfff;
        _entry.Uid = (uint)Number(header.Slice(108, 8));
        _entry.Gid = (uint)Number(header.Slice(116, 8));
        _entry.Size = Number(header.Slice(124, 12));
        _entry.Modified = (Number(header.Slice(136, 12)), 0);
        _entry.Accessed = null;
        _entry.Type = header[156] == 0 ? TarEntryType.File : (TarEntryType)header[156];
        _entry.SetLinkName(TarText.Text(header.Slice(157, 100)));
        _entry.DeviceMajor = 0;
        _entry.DeviceMinor = 0;
        if (header.Slice(257, 5).SequenceEqual("ustar"u8))
        {
            if (_entry.Type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice)
            {
                _entry.DeviceMajor = (uint)Number(header.Slice(329, 8));
                _entry.DeviceMinor = (uint)Number(header.Slice(337, 8));
            }

            if (_entry.Type == TarEntryType.GnuSparse)
            {
                ReadOldSparse(header);
            }

            // GNU's old format has times in place of POSIX's prefix, and star uses the last part of it for times.
            if (header[262] == 0)
            {
                bool star = header.Slice(508, 4).SequenceEqual("tar\0"u8);
                ReadOnlySpan<byte> prefix = TarText.Text(header.Slice(345, star ? 131 : 155));
                if (!prefix.IsEmpty)
                {
                    _entry.SetName(prefix, TarText.Text(header[..100]));
                }
            }
        }

        SetContent(_entry.Size);
        ReadSparseContinuation();
    }

    private void SetContent(long size)
    {
        if (size < 0)
        {
            throw Malformed($"a negative size for {_entry.DisplayName}");
        }

        _contentLeft = size;
        _paddingLeft = (int)(-size & (BlockSize - 1));
    }

    private void Finish()
    {
        FinishSparse();

        // Version 7 archives mark a directory by its name alone.
        if (_entry.Type == TarEntryType.File && _entry.Name.EndsWith("/"u8))
        {
            _entry.Type = TarEntryType.Directory;
        }

        if (_entry.Name.IndexOf((byte)0) >= 0 || _entry.LinkName.IndexOf((byte)0) >= 0)
        {
            throw Malformed($"a NUL in the name {_entry.DisplayName}");
        }

        // Some writers give a link its target's size, and no content.
        if (_entry.Type is TarEntryType.HardLink or TarEntryType.SymbolicLink or TarEntryType.CharacterDevice or TarEntryType.BlockDevice
            or TarEntryType.Directory or TarEntryType.Fifo)
        {
            _entry.Size = 0;
            SetContent(0);
        }
    }

    private void SkipContent()
    {
        while (_contentLeft > 0)
        {
            ReadStored(long.MaxValue);
        }

        // A last entry may lack its padding.
        if (_paddingLeft > 0 && Need(_paddingLeft))
        {
            Take(_paddingLeft);
        }
        else
        {
            _start = _paddingLeft > 0 ? _end : _start;
        }

        _paddingLeft = 0;
    }

    private static void CheckSum(ReadOnlySpan<byte> header)
    {
        if (TarText.Number(header.Slice(148, 8)) is not { } sum || !IsSum(header, sum))
        {
            throw QuaiException.Invalid("archive/tar: invalid tar header");
        }
    }

    private static bool IsSum(ReadOnlySpan<byte> header, long sum)
    {
        int unsignedSum = 0;
        int signedSum = 0;
        for (int i = 0; i < BlockSize; i++)
        {
            byte value = i is >= 148 and < 156 ? (byte)' ' : header[i];
            unsignedSum += value;
            signedSum += (sbyte)value;
        }

        // Old writers summed the bytes as signed.
        return sum == unsignedSum || sum == signedSum;
    }

    private static long Number(ReadOnlySpan<byte> field) => TarText.Number(field) ?? throw Malformed("a broken number in a header");

    private ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> taken = _buffer.AsSpan(_start, count);
        _start += count;
        return taken;
    }

    /// <summary>Makes <paramref name="count"/> bytes contiguous in the buffer; false if the stream ends before.</summary>
    private bool Need(int count)
    {
        while (_end - _start < count)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            int read = source.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                return false;
            }

            _end += read;
            _read += read;
        }

        return true;
    }

    private bool Fill()
    {
        _start = 0;
        _end = source.Read(_buffer, 0, _buffer.Length);
        _read += _end;
        return _end > 0;
    }

    private QuaiException Truncated() =>
        QuaiException.Invalid(_entry.Name.IsEmpty ? "the archive ends too early: unexpected EOF" : $"the archive ends too early, at {_entry.DisplayName}: unexpected EOF");

    private static QuaiException Malformed(string what) => QuaiException.Invalid($"archive/tar: invalid tar header: {what}");
}

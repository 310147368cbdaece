using System.Buffers.Text;

namespace Quai.Archives;

/// <summary>
/// Sparse files as GNU tar packs them: type <c>S</c> with the map in the header, and PAX records of versions 0.0, 0.1 and 1.0
/// (GNU tar manual, "Storing Sparse Files").
/// </summary>
public sealed partial class TarReader
{
    /// <summary>The maximum number of pieces of a sparse file: more than any real one, and little memory.</summary>
    private const int MaxSparsePieces = 1 << 20;

    private static readonly byte[] Zeros = new byte[64 * 1024];

    private readonly List<(long Offset, long Length)> _pieces = [];
    private bool _isSparse;
    private bool _sparseNamed;
    private bool _sparseContinues;
    private bool _mapInContent;
    private long _realSize = -1;
    private long _pendingOffset = -1;
    private int _piece;
    private long _position;
    private long _holeLeft;

    /// <summary>The next piece of the entry's content, holes as zeros; empty at its end. Valid until the next call.</summary>
    public ReadOnlySpan<byte> ReadContent()
    {
        if (_holeLeft == 0)
        {
            ReadOnlySpan<byte> piece = ReadContent(out _holeLeft);
            if (_holeLeft == 0)
            {
                return piece;
            }
        }

        int count = (int)Math.Min(_holeLeft, Zeros.Length);
        _holeLeft -= count;
        return Zeros.AsSpan(0, count);
    }

    /// <summary>The next piece of the entry's content; or, if a hole comes next, its length and no data. Both are empty at the end.</summary>
    public ReadOnlySpan<byte> ReadContent(out long hole)
    {
        hole = 0;
        if (!_entry.IsSparse)
        {
            return ReadStored(long.MaxValue);
        }

        while (_piece < _pieces.Count)
        {
            (long offset, long length) = _pieces[_piece];
            if (_position < offset)
            {
                hole = offset - _position;
                _position = offset;
                return default;
            }

            if (_position < offset + length)
            {
                ReadOnlySpan<byte> piece = ReadStored(offset + length - _position);
                _position += piece.Length;
                return piece;
            }

            _piece++;
        }

        hole = _entry.Size - _position;
        _position = _entry.Size;
        return default;
    }

    private void ClearSparse()
    {
        _entry.IsSparse = false;
        _pieces.Clear();
        _isSparse = _sparseNamed = _sparseContinues = _mapInContent = false;
        _realSize = _pendingOffset = -1;
        _piece = 0;
        _position = _holeLeft = 0;
    }

    private void ReadOldSparse(ReadOnlySpan<byte> header)
    {
        _isSparse = true;
        _realSize = Number(header.Slice(483, 12));
        AddOldPieces(header.Slice(386, 4 * 24));
        _sparseContinues = header[482] != 0;
    }

    private void ReadSparseContinuation()
    {
        while (_sparseContinues)
        {
            if (!Need(BlockSize))
            {
                throw Truncated();
            }

            ReadOnlySpan<byte> block = Take(BlockSize);
            AddOldPieces(block[..(21 * 24)]);
            _sparseContinues = block[504] != 0;
        }
    }

    private void AddOldPieces(ReadOnlySpan<byte> fields)
    {
        for (; !fields.IsEmpty && fields[0] != 0; fields = fields[24..])
        {
            AddPiece(Number(fields[..12]), Number(fields.Slice(12, 12)));
        }
    }

    private void ApplySparse(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        _isSparse = true;
        if (key.SequenceEqual("name"u8))
        {
            _entry.SetName(value);
            _sparseNamed = true;
        }
        else if (key.SequenceEqual("size"u8) || key.SequenceEqual("realsize"u8))
        {
            _realSize = Decimal(value);
        }
        else if (key.SequenceEqual("offset"u8))
        {
            _pendingOffset = Decimal(value);
        }
        else if (key.SequenceEqual("numbytes"u8))
        {
            AddPiece(_pendingOffset, Decimal(value));
        }
        else if (key.SequenceEqual("map"u8))
        {
            while (!value.IsEmpty)
            {
                AddPiece(Next(ref value), Next(ref value));
            }
        }
        else if (key.SequenceEqual("major"u8))
        {
            _mapInContent = Decimal(value) switch
            {
                0 => false,
                1 => true,
                long other => throw Malformed($"sparse format {other} of {_entry.DisplayName}, which is not known"),
            };
        }

        static long Next(ref ReadOnlySpan<byte> list)
        {
            int comma = list.IndexOf((byte)',');
            long number = Decimal(comma < 0 ? list : list[..comma]);
            list = comma < 0 ? default : list[(comma + 1)..];
            return number;
        }
    }

    private void AddPiece(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > long.MaxValue - length || _pieces.Count == MaxSparsePieces
            || (_pieces.Count > 0 && offset < _pieces[^1].Offset + _pieces[^1].Length))
        {
            throw Malformed($"a broken sparse map for {_entry.DisplayName}");
        }

        _pieces.Add((offset, length));
    }

    private void FinishSparse()
    {
        if (!_isSparse)
        {
            return;
        }

        if (_entry.Type == TarEntryType.GnuSparse)
        {
            _entry.Type = TarEntryType.File;
        }

        if (!_entry.IsFile)
        {
            throw Malformed($"a sparse map for {_entry.DisplayName}, which is no file");
        }

        if (_mapInContent)
        {
            ReadMapInContent();
        }

        long stored = 0;
        foreach ((_, long length) in _pieces)
        {
            stored += length;
        }

        long size = _realSize >= 0 ? _realSize : _entry.Size;
        if (stored != _contentLeft || (_pieces.Count > 0 && _pieces[^1].Offset + _pieces[^1].Length > size))
        {
            throw Malformed($"a broken sparse map for {_entry.DisplayName}");
        }

        _entry.Size = size;
        _entry.IsSparse = true;
    }

    // Version 1.0: decimal lines before the data (how many pieces, then offset and length of each), padded to whole blocks.
    private void ReadMapInContent()
    {
        byte[] line = new byte[24];
        int used = 0, inBlock = 0;
        ReadOnlySpan<byte> block = default;
        long count = ReadLine(ref block);
        if (count > MaxSparsePieces)
        {
            throw Malformed($"a broken sparse map for {_entry.DisplayName}");
        }

        for (long i = 0; i < count; i++)
        {
            long offset = ReadLine(ref block);
            AddPiece(offset, ReadLine(ref block));
        }

        long ReadLine(ref ReadOnlySpan<byte> rest)
        {
            used = 0;
            while (true)
            {
                if (inBlock == 0)
                {
                    if (_contentLeft < BlockSize || !Need(BlockSize))
                    {
                        throw Truncated();
                    }

                    rest = Take(BlockSize);
                    _contentLeft -= BlockSize;
                    inBlock = BlockSize;
                }

                byte next = rest[BlockSize - inBlock--];
                if (next == '\n')
                {
                    return Utf8Parser.TryParse(line.AsSpan(0, used), out long number, out int read) && read == used && number >= 0
                        ? number
                        : throw Malformed($"a broken sparse map for {_entry.DisplayName}");
                }

                if (used == line.Length)
                {
                    throw Malformed($"a broken sparse map for {_entry.DisplayName}");
                }

                line[used++] = next;
            }
        }
    }
}

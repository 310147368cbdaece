using System.Buffers.Text;

namespace Quai.Archives;

/// <summary>Extension headers: GNU's long names and PAX records, which precede the entry they describe.</summary>
public sealed partial class TarReader
{
    /// <summary>The largest extension header accepted, in bytes: names and attributes, never content.</summary>
    private const int MaxExtensionSize = 1 << 20;

    // Reused: an archive may have one before every entry, or a million before none.
    private byte[] _pax = [];
    private byte[] _long = [];

    private void ApplyPax(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            if (!Utf8Parser.TryParse(records, out int length, out int digits) || length <= digits + 2 || length > records.Length
                || records[digits] != ' ' || records[length - 1] != '\n')
            {
                throw Malformed("a broken PAX record");
            }

            ReadOnlySpan<byte> record = records[(digits + 1)..(length - 1)];
            records = records[length..];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw Malformed("a PAX record without a value");
            }

            ApplyPax(record[..equals], record[(equals + 1)..]);
        }
    }

    private void ApplyPax(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.StartsWith("SCHILY.xattr."u8))
        {
            _entry.AddXattr(key, value);
        }
        else if (key.StartsWith("GNU.sparse."u8))
        {
            ApplySparse(key["GNU.sparse.".Length..], value);
        }
        else if (value.IsEmpty)
        {
            // An empty value cancels a record of a global header.
        }
        else if (key.SequenceEqual("path"u8))
        {
            if (!_sparseNamed)
            {
                _entry.SetName(value);
            }
        }
        else if (key.SequenceEqual("linkpath"u8))
        {
            _entry.SetLinkName(value);
        }
        else if (key.SequenceEqual("size"u8))
        {
            _entry.Size = Decimal(value);
            SetContent(_entry.Size);
        }
        else if (key.SequenceEqual("uid"u8))
        {
            _entry.Uid = (uint)Decimal(value);
        }
        else if (key.SequenceEqual("gid"u8))
        {
            _entry.Gid = (uint)Decimal(value);
        }
        else if (key.SequenceEqual("mtime"u8))
        {
            _entry.Modified = TarText.Time(value) ?? throw Malformed("a broken time");
        }
        else if (key.SequenceEqual("atime"u8))
        {
            _entry.Accessed = TarText.Time(value) ?? throw Malformed("a broken time");
        }
    }

    private byte[] LongName()
    {
        int length = ReadExtension(ref _long);
        ReadOnlySpan<byte> name = TarText.Text(_long.AsSpan(0, length));
        TarEntry.CheckLength(name);
        return name.ToArray();
    }

    /// <summary>Reads a whole extension header into a buffer that grows with the largest; returns its length.</summary>
    private int ReadExtension(ref byte[] buffer)
    {
        if (_entry.Size > MaxExtensionSize)
        {
            throw Malformed($"an extension header of {_entry.Size} bytes");
        }

        int size = (int)_entry.Size;
        if (buffer.Length < size)
        {
            buffer = new byte[size <= 4096 ? 4096 : MaxExtensionSize];
        }

        int done = 0;
        for (ReadOnlySpan<byte> piece = ReadStored(size); !piece.IsEmpty; piece = ReadStored(size - done))
        {
            piece.CopyTo(buffer.AsSpan(done));
            done += piece.Length;
        }

        SkipContent();
        return size;
    }

    private static long Decimal(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long value, out int used) && used == text.Length && value >= 0 ? value : throw Malformed("a broken number in a PAX record");
}

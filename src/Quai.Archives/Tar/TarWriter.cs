using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Quai.Linux;

namespace Quai.Archives;

/// <summary>
/// Writes a tar archive: ustar, with PAX headers only where a name, a number or an attribute needs one. The same input gives the same bytes.
/// Blocking, through a buffer; the stream is written to in large pieces.
/// </summary>
public sealed class TarWriter(Stream output, int bufferSize = 256 * 1024)
{
    private const int BlockSize = 512, NameSize = 100, PrefixSize = 155;
    private const long LargestSize = 0x1_ffff_ffff;
    private const uint LargestId = 0x1f_ffff;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(bufferSize);
    private int _used;
    private long _padding;

    /// <summary>Writes an entry's header. Exactly <see cref="TarHeader.Size"/> bytes of content must follow.</summary>
    public void WriteHeader(in TarHeader header)
    {
        Pad();
        ReadOnlySpan<byte> prefix = default, name = header.Name;
        bool fits = name.Length <= NameSize || Split(header.Name, out prefix, out name);
        bool longLink = header.LinkName.Length > NameSize;
        if (!fits || longLink || header.Size > LargestSize || header.Uid > LargestId || header.Gid > LargestId || header.Xattrs is { Count: > 0 })
        {
            WriteExtension(header, !fits, longLink);
            if (!fits)
            {
                prefix = default;
                name = header.Name[..NameSize];
            }
        }

        ReadOnlySpan<byte> link = longLink ? header.LinkName[..NameSize] : header.LinkName;
        WriteBlock(header, prefix, name, link, header.Type, header.Size > LargestSize ? 0 : header.Size);
        _padding = -header.Size & (BlockSize - 1);
    }

    /// <summary>Writes content.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_used == _buffer.Length)
            {
                FlushBuffer();
            }

            int count = Math.Min(data.Length, _buffer.Length - _used);
            data[..count].CopyTo(_buffer.AsSpan(_used));
            _used += count;
            data = data[count..];
        }
    }

    /// <summary>Writes exactly <paramref name="size"/> bytes of an open file; zeros if it has shrunk meanwhile.</summary>
    public void CopyFile(int fd, long size, string path, CancellationToken cancellation)
    {
        while (size > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_used == _buffer.Length)
            {
                FlushBuffer();
            }

            Span<byte> room = _buffer.AsSpan(_used, (int)Math.Min(size, _buffer.Length - _used));
            int count = FileCalls.TryRead(fd, room);
            if (count < 0)
            {
                throw new LinuxException("read", -count, path);
            }

            if (count == 0)
            {
                room.Clear();
                count = room.Length;
            }

            _used += count;
            size -= count;
        }
    }

    /// <summary>Writes the two blocks that end an archive, and flushes the buffer.</summary>
    public void Finish()
    {
        Pad();
        Span<byte> end = stackalloc byte[BlockSize * 2];
        end.Clear();
        Write(end);
        FlushBuffer();
        output.Flush();
    }

    /// <summary>Flushes the buffer to the stream: an entry's content may then be written directly to the stream, exactly as long as its header says.</summary>
    public void FlushContent() => FlushBuffer();

    private static bool Split(ReadOnlySpan<byte> whole, out ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> name)
    {
        prefix = name = default;
        if (whole.Length > PrefixSize + 1 + NameSize)
        {
            return false;
        }

        // The last slash with a name after it and a short enough prefix.
        int from = Math.Min(PrefixSize, whole.Length - 2);
        int slash = whole[..(from + 1)].LastIndexOf((byte)'/');
        if (slash <= 0 || whole.Length - slash - 1 > NameSize)
        {
            return false;
        }

        prefix = whole[..slash];
        name = whole[(slash + 1)..];
        return true;
    }

    private static void Octal(Span<byte> field, long value)
    {
        field[^1] = 0;
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }

    private static void Record(MemoryStream records, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest + Digits(rest);
        length = rest + Digits(length);
        records.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        records.WriteByte((byte)' ');
        records.Write(key);
        records.WriteByte((byte)'=');
        records.Write(value);
        records.WriteByte((byte)'\n');
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private void WriteExtension(in TarHeader header, bool name, bool link)
    {
        var records = new MemoryStream();
        if (name)
        {
            Record(records, "path"u8, header.Name);
        }

        if (link)
        {
            Record(records, "linkpath"u8, header.LinkName);
        }

        if (header.Size > LargestSize)
        {
            Record(records, "size"u8, Number(header.Size));
        }

        if (header.Uid > LargestId)
        {
            Record(records, "uid"u8, Number(header.Uid));
        }

        if (header.Gid > LargestId)
        {
            Record(records, "gid"u8, Number(header.Gid));
        }

        foreach ((byte[] key, byte[] value) in header.Xattrs ?? [])
        {
            Record(records, [.. "SCHILY.xattr."u8, .. key], value);
        }

        ReadOnlySpan<byte> data = records.GetBuffer().AsSpan(0, (int)records.Length);
        var extension = new TarHeader { Type = TarEntryType.ExtendedHeader, Name = "PaxHeaders.0/entry"u8, Mode = 0x1a4 };
        WriteBlock(extension, default, extension.Name, default, TarEntryType.ExtendedHeader, data.Length);
        Write(data);
        _padding = -data.Length & (BlockSize - 1);
        Pad();
    }

    private void WriteBlock(in TarHeader header, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> name, ReadOnlySpan<byte> link, TarEntryType type, long size)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        name.CopyTo(block);
        Octal(block.Slice(100, 8), header.Mode & 0xfff);
        Octal(block.Slice(108, 8), Math.Min(header.Uid, LargestId));
        Octal(block.Slice(116, 8), Math.Min(header.Gid, LargestId));
        Octal(block.Slice(124, 12), size);
        if (header.Modified >= 0)
        {
            Octal(block.Slice(136, 12), header.Modified);
        }
        else
        {
            // GNU's base-256, in two's complement.
            block.Slice(136, 4).Fill(0xff);
            BinaryPrimitives.WriteInt64BigEndian(block.Slice(140, 8), header.Modified);
        }

        block[156] = (byte)type;
        link.CopyTo(block[157..]);
        "ustar\000"u8.CopyTo(block[257..]);
        Octal(block.Slice(329, 8), header.DeviceMajor);
        Octal(block.Slice(337, 8), header.DeviceMinor);
        prefix.CopyTo(block[345..]);
        block.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in block)
        {
            sum += value;
        }

        Octal(block.Slice(148, 7), sum);
        Write(block);
    }

    private void Pad()
    {
        Span<byte> zeros = stackalloc byte[BlockSize];
        zeros.Clear();
        Write(zeros[..(int)_padding]);
        _padding = 0;
    }

    private void FlushBuffer()
    {
        output.Write(_buffer, 0, _used);
        _used = 0;
    }
}

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Quai.Linux.Bpf;

/// <summary>
/// What the running kernel says of its own structures (BTF, in <c>/sys/kernel/btf/vmlinux</c>), as programs need it that read them. The file is some megabytes
/// long: it is read in pieces, and nothing is kept.
/// </summary>
public static class KernelTypes
{
    private const string Path = "/sys/kernel/btf/vmlinux";
    private const ushort Magic = 0xeb9f;
    private const int HeaderSize = 24, TypeSize = 12, MemberSize = 12, Structure = 4, BitfieldOffset = 0xffffff;

    /// <summary>Where a member of a structure begins, in bits from the structure's start.</summary>
    /// <param name="structure">The structure, as <c>sock_common</c>.</param>
    /// <param name="member">The member, as <c>skc_ipv6only</c>.</param>
    /// <returns>Null where the kernel does not tell, or has no such member.</returns>
    public static int? BitOffset(string structure, string member)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(Path);
            Span<byte> header = stackalloc byte[HeaderSize];
            if (RandomAccess.Read(file, header, 0) != HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(header) != Magic)
            {
                return null;
            }

            long start = Number(header, 4), strings = start + Number(header, 16);
            var names = new Pieces(file, strings, Number(header, 20));
            return names.Find(structure) is { } type && new Pieces(file, strings, Number(header, 20)).Find(member) is { } field
                ? Search(new Pieces(file, start + Number(header, 8), Number(header, 12)), type, field)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int? Search(Pieces types, long name, long member)
    {
        while (types.Next(TypeSize) is { IsEmpty: false } type)
        {
            uint info = Number(type, 4);
            int count = (int)(info & 0xffff), kind = (int)(info >> 24) & 0x1f;
            bool wanted = kind == Structure && Number(type, 0) == name, bitfields = info >> 31 == 1;
            int left = wanted ? 0 : Following(kind, count);
            for (int i = 0; wanted && i < count && types.Next(MemberSize) is { IsEmpty: false } field; i++)
            {
                if (Number(field, 0) == member)
                {
                    return bitfields ? (int)Number(field, 8) & BitfieldOffset : (int)Number(field, 8);
                }
            }

            types.Skip(left);
        }

        return null;
    }

    /// <summary>Bytes that follow a type, by its kind.</summary>
    private static int Following(int kind, int count) => kind switch
    {
        1 or 14 or 17 => 4,
        3 => 12,
        Structure or 5 or 15 or 19 => 12 * count,
        6 or 13 => 8 * count,
        _ => 0,
    };

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>A part of the file, read from its start to its end.</summary>
    private sealed class Pieces(SafeFileHandle file, long start, long length)
    {
        private readonly byte[] _buffer = new byte[32 << 10];
        private int _from, _to;
        private long _read;

        /// <summary>The next bytes; none at the end.</summary>
        public ReadOnlySpan<byte> Next(int count)
        {
            if (_to - _from < count)
            {
                Fill();
            }

            if (_to - _from < count)
            {
                return default;
            }

            _from += count;
            return _buffer.AsSpan(_from - count, count);
        }

        /// <summary>Leaves bytes out.</summary>
        public void Skip(int count)
        {
            int here = Math.Min(count, _to - _from);
            _from += here;
            _read += count - here;
        }

        /// <summary>Where a string is, from the part's start; null if it is not there.</summary>
        public long? Find(string text)
        {
            byte[] wanted = [0, .. System.Text.Encoding.ASCII.GetBytes(text), 0];
            while (true)
            {
                long at = _read - (_to - _from);
                int found = _buffer.AsSpan(_from, _to - _from).IndexOf(wanted);
                if (found >= 0)
                {
                    return at + found + 1;
                }

                _from = Math.Max(_from, _to - (wanted.Length - 1));
                if (!Fill())
                {
                    return null;
                }
            }
        }

        private bool Fill()
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            _to -= _from;
            _from = 0;
            int read = RandomAccess.Read(file, _buffer.AsSpan(_to, (int)Math.Min(_buffer.Length - _to, length - _read)), start + _read);
            _to += read;
            _read += read;
            return read > 0;
        }
    }
}

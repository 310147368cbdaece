using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <summary>Walks the attributes in a section of a netlink message: <c>while (a.Next()) switch (a.Type) …</c>. A malformed rest ends the walk.</summary>
/// <param name="rest">The attributes' bytes.</param>
public ref struct NetlinkAttributes(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    /// <summary>The current attribute's type without the nested flag.</summary>
    public ushort Type { get; private set; }

    /// <summary>The current attribute's bytes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The value as a 16-bit number.</summary>
    public readonly ushort U16 => MemoryMarshal.Read<ushort>(Value);

    /// <summary>The value as a 32-bit number.</summary>
    public readonly uint U32 => MemoryMarshal.Read<uint>(Value);

    /// <summary>The value as a 32-bit number in network byte order.</summary>
    public readonly uint U32BigEndian => BinaryPrimitives.ReadUInt32BigEndian(Value);

    /// <summary>The value as a string without its terminating zero.</summary>
    public readonly string String => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <summary>The value as attributes.</summary>
    public readonly NetlinkAttributes Nested => new(Value);

    /// <summary>Moves to the next attribute.</summary>
    public bool Next()
    {
        if (_rest.Length < NLA_HDRLEN)
        {
            return false;
        }

        int length = MemoryMarshal.Read<ushort>(_rest);
        if (length < NLA_HDRLEN || length > _rest.Length)
        {
            return false;
        }

        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & NLA_TYPE_MASK);
        Value = _rest[NLA_HDRLEN..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using static Quai.Linux.Netlink.NetlinkConstants;

namespace Quai.Linux.Netlink;

/// <summary>
/// Writes netlink messages one after another into a pooled buffer: <see cref="Begin"/>, the family's header by <see cref="Put{T}"/>,
/// attributes, <see cref="End"/>. Lengths are filled in and everything is aligned to four bytes as netlink(7) demands.
/// Numbers are in the machine's byte order unless the method's name ends in <c>BigEndian</c>.
/// </summary>
public sealed class NetlinkWriter : IDisposable
{
    private byte[] _buffer;
    private int _length;
    private int _message = -1;

    /// <summary>Creates an empty writer.</summary>
    /// <param name="capacity">Initial size in bytes; it grows.</param>
    public NetlinkWriter(int capacity = 1024) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>All bytes written; valid until the next write.</summary>
    public Span<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>The number of bytes written.</summary>
    public int Length => _length;

    /// <summary>Discards what was written.</summary>
    public void Clear()
    {
        _length = 0;
        _message = -1;
    }

    /// <summary>Begins a message. NLM_F_REQUEST is added to <paramref name="flags"/>.</summary>
    public void Begin(ushort type, ushort flags)
    {
        if (_message >= 0)
        {
            throw new InvalidOperationException("the message before is not ended");
        }

        _message = _length;
        Span<byte> header = Take(NLMSG_HDRLEN);
        MemoryMarshal.Write(header[4..], type);
        MemoryMarshal.Write(header[6..], (ushort)(flags | NLM_F_REQUEST));
    }

    /// <summary>Ends the last message begun and fills in its length.</summary>
    public void End()
    {
        MemoryMarshal.Write(_buffer.AsSpan(_message), _length - _message);
        _message = -1;
    }

    /// <summary>Adds flags to the last message begun.</summary>
    public void AddFlags(ushort flags)
    {
        Span<byte> at = _buffer.AsSpan(_message + 6, 2);
        MemoryMarshal.Write(at, (ushort)(MemoryMarshal.Read<ushort>(at) | flags));
    }

    /// <summary>Writes a family's fixed header with its memory layout.</summary>
    public void Put<T>(in T value)
        where T : unmanaged => MemoryMarshal.Write(Take(Marshal.SizeOf<T>()), value);

    /// <summary>Writes an attribute of raw bytes.</summary>
    public void Bytes(ushort type, ReadOnlySpan<byte> value) => value.CopyTo(Attribute(type, value.Length));

    /// <summary>Writes an attribute without a value.</summary>
    public void Flag(ushort type) => Attribute(type, 0);

    /// <summary>Writes a one-byte attribute.</summary>
    public void U8(ushort type, byte value) => Attribute(type, 1)[0] = value;

    /// <summary>Writes a 16-bit attribute.</summary>
    public void U16(ushort type, ushort value) => MemoryMarshal.Write(Attribute(type, 2), value);

    /// <summary>Writes a 32-bit attribute.</summary>
    public void U32(ushort type, uint value) => MemoryMarshal.Write(Attribute(type, 4), value);

    /// <summary>Writes a 32-bit attribute in network byte order, as nf_tables expects.</summary>
    public void U32BigEndian(ushort type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, 4), value);

    /// <summary>Writes a 64-bit attribute in network byte order.</summary>
    public void U64BigEndian(ushort type, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Attribute(type, 8), value);

    /// <summary>Writes a string attribute with its terminating zero.</summary>
    public void String(ushort type, ReadOnlySpan<char> value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Encoding.UTF8.GetBytes(value, Attribute(type, length + 1));
    }

    /// <summary>Begins an attribute that contains attributes (or a fixed header and then attributes).</summary>
    /// <returns>A mark for <see cref="EndNest"/>.</returns>
    public int BeginNest(ushort type, bool flagged = true)
    {
        int mark = _length;
        Attribute(flagged ? (ushort)(type | NLA_F_NESTED) : type, 0);
        return mark;
    }

    /// <summary>Ends a nested attribute and fills in its length.</summary>
    public void EndNest(int mark) => MemoryMarshal.Write(_buffer.AsSpan(mark), checked((ushort)(_length - mark)));

    /// <inheritdoc/>
    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Clear();
    }

    private Span<byte> Attribute(ushort type, int length)
    {
        Span<byte> span = Take(NLA_HDRLEN + length);
        MemoryMarshal.Write(span, checked((ushort)(NLA_HDRLEN + length)));
        MemoryMarshal.Write(span[2..], type);
        return span.Slice(NLA_HDRLEN, length);
    }

    private Span<byte> Take(int length)
    {
        int aligned = (length + 3) & ~3;
        if (_length + aligned > _buffer.Length)
        {
            byte[] bigger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + aligned));
            Written.CopyTo(bigger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = bigger;
        }

        Span<byte> span = _buffer.AsSpan(_length, aligned);
        span.Clear();
        _length += aligned;
        return span[..length];
    }
}

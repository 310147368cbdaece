using System.Buffers.Binary;

namespace Quai.BuildClient.Agents;

/// <summary>Writes values as SSH reads them.</summary>
internal sealed class WireWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>What was written.</summary>
    public byte[] Written => [.. _bytes];

    /// <summary>A byte.</summary>
    public WireWriter Byte(byte value)
    {
        _bytes.Add(value);
        return this;
    }

    /// <summary>A number.</summary>
    public WireWriter Number(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>A string.</summary>
    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        _bytes.AddRange(value);
        return this;
    }

    /// <summary>A string of letters.</summary>
    public WireWriter Text(string value) => Bytes(System.Text.Encoding.UTF8.GetBytes(value));

    /// <summary>A number of any size that is not negative, the highest byte first.</summary>
    public WireWriter Integer(ReadOnlySpan<byte> value)
    {
        value = value.TrimStart((byte)0);
        return value.IsEmpty || value[0] < 0x80 ? Bytes(value) : Bytes([0, .. value]);
    }
}

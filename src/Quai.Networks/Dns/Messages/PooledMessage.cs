using System.Buffers;
using System.Buffers.Binary;

namespace Quai.Networks.Dns.Messages;

/// <summary>A message in a buffer of the pool, with room before it for the length that TCP wants. Given back once, by whoever has it last.</summary>
internal readonly struct PooledMessage : IDisposable
{
    private readonly byte[] _buffer;

    private PooledMessage(byte[] buffer, int length)
    {
        _buffer = buffer;
        Length = length;
    }

    /// <summary>Bytes of the message.</summary>
    public int Length { get; }

    /// <summary>The message.</summary>
    public Memory<byte> Memory => _buffer.AsMemory(MessageLayout.FrameLength, Length);

    /// <summary>The message.</summary>
    public Span<byte> Span => _buffer.AsSpan(MessageLayout.FrameLength, Length);

    /// <summary>All that there is room for.</summary>
    public Memory<byte> Room => _buffer.AsMemory(MessageLayout.FrameLength);

    /// <summary>Room for a message.</summary>
    /// <param name="size">Bytes of the largest.</param>
    public static PooledMessage Rent(int size) => new(ArrayPool<byte>.Shared.Rent(size + MessageLayout.FrameLength), size);

    /// <summary>A copy.</summary>
    public static PooledMessage Of(ReadOnlySpan<byte> message)
    {
        PooledMessage copy = Rent(message.Length);
        message.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>The same message with another length, in the same buffer.</summary>
    public PooledMessage WithLength(int length) => new(_buffer, length);

    /// <summary>The message as TCP has it, with its length before it.</summary>
    public ReadOnlyMemory<byte> Framed()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer, (ushort)Length);
        return _buffer.AsMemory(0, MessageLayout.FrameLength + Length);
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}

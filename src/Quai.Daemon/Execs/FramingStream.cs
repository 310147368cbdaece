using System.Buffers.Binary;

namespace Quai.Daemon.Execs;

/// <summary>Wraps a terminal's output in frames of standard output, for a client that did not say that it has a terminal.</summary>
internal sealed class FramingStream(Stream below) : OutputStream(below)
{
    private const int HeaderLength = 8;

    /// <summary>A frame of the standard output.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> content)
    {
        byte[] frame = new byte[HeaderLength + content.Length];
        frame[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), content.Length);
        content.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Below.WriteAsync(Frame(buffer.Span), cancellationToken);
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Quai.Client.Streams;

/// <summary>Demultiplexes the stream in which the daemon sends standard output and error of a container without a terminal.</summary>
public static class StdCopy
{
    private const int HeaderSize = 8;

    /// <summary>A source of bytes: fills the span, 0 at the end.</summary>
    public delegate int Reader(Span<byte> buffer);

    /// <summary>Copies until the end.</summary>
    /// <param name="read">Where the frames come from.</param>
    /// <param name="output">Receives the frames of standard output.</param>
    /// <param name="error">Receives the frames of standard error.</param>
    /// <exception cref="ConnectionException">The stream is truncated or not of this kind.</exception>
    public static void Copy(Reader read, Stream output, Stream error)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        Span<byte> header = stackalloc byte[HeaderSize];
        while (true)
        {
            int have = 0;
            while (have < HeaderSize)
            {
                int count = read(header[have..]);
                if (count == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return;
                }

                have += count;
            }

            Stream? target = header[0] switch
            {
                0 or 1 => output,
                2 => error,
                3 => null,
                _ => throw new ConnectionException($"Unrecognized input header: {header[0]}"),
            };
            long left = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
            using MemoryStream? failure = target is null ? new MemoryStream() : null;
            while (left > 0)
            {
                int count = read(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
                if (count == 0)
                {
                    return;
                }

                (target ?? failure!).Write(buffer, 0, count);
                left -= count;
            }

            if (failure is not null)
            {
                throw new ConnectionException("error from daemon in stream: " + Encoding.UTF8.GetString(failure.ToArray()));
            }
        }
    }
}

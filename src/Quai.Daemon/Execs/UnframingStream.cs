using System.Buffers.Binary;

namespace Quai.Daemon.Execs;

/// <summary>Removes the frames from a program's output, for a client that said that it has a terminal.</summary>
internal sealed class UnframingStream(Stream below) : OutputStream(below)
{
    private const int HeaderLength = 8;

    private readonly byte[] _header = new byte[HeaderLength];
    private int _headerRead;
    private int _left;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_left == 0)
            {
                int part = Math.Min(HeaderLength - _headerRead, buffer.Length);
                buffer[..part].CopyTo(_header.AsMemory(_headerRead));
                buffer = buffer[part..];
                _headerRead += part;
                if (_headerRead == HeaderLength)
                {
                    _headerRead = 0;
                    _left = BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(4));
                }

                continue;
            }

            int count = Math.Min(_left, buffer.Length);
            await Below.WriteAsync(buffer[..count], cancellationToken);
            buffer = buffer[count..];
            _left -= count;
        }
    }
}

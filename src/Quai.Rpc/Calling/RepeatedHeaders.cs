using System.Buffers;
using System.Buffers.Binary;
using Quai.Rpc.Messages;

namespace Quai.Rpc.Calling;

/// <summary>
/// A stream below an HTTP/2 client, that makes several header fields of one whose values have <see cref="Separator"/> between them. <see cref="SocketsHttpHandler"/>
/// joins the values of one header with a comma, and Go's gRPC takes that for one value. So what is sent is read here frame by frame, and frames with
/// headers are written anew (RFC 9113, 6.2 and 6.10).
/// </summary>
/// <param name="inner">The connection.</param>
internal sealed class RepeatedHeaders(Stream inner) : TwoWayStream
{
    /// <summary>Between the values of one header; no value has it.</summary>
    public const char Separator = '\t';

    private const int PrefaceSize = 24, FrameHeader = 9, LargestFrame = 16384, StreamAt = 5;
    private const byte Headers = 1, Continuation = 9, EndStream = 0x1, EndHeaders = 0x4, Padded = 0x8, Priority = 0x20;

    private readonly byte[] _header = new byte[PrefaceSize];
    private readonly ArrayBufferWriter<byte> _block = new(), _output = new();
    private int _headerLength, _left, _stream;
    private bool _begun, _collects;
    private byte _flags;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, count, cancellationToken);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_headerLength == 0 && !_collects && _left >= buffer.Length)
        {
            // Data, as nearly all is.
            _left -= buffer.Length;
            return inner.WriteAsync(buffer, cancellationToken);
        }

        _output.ResetWrittenCount();
        Take(buffer.Span);
        return _output.WrittenCount == 0 ? default : inner.WriteAsync(_output.WrittenMemory, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_left > 0)
            {
                int length = Math.Min(_left, bytes.Length);
                (_collects ? _block : _output).Write(bytes[..length]);
                bytes = bytes[length..];
                _left -= length;
                if (_left == 0 && _collects)
                {
                    EndFragment();
                }

                continue;
            }

            int wanted = _begun ? FrameHeader : PrefaceSize, taken = Math.Min(wanted - _headerLength, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_headerLength));
            bytes = bytes[taken..];
            _headerLength += taken;
            if (_headerLength < wanted)
            {
                return;
            }

            _headerLength = 0;
            if (!_begun)
            {
                _begun = true;
                _output.Write(_header);
                continue;
            }

            BeginFrame();
        }
    }

    private void BeginFrame()
    {
        ReadOnlySpan<byte> header = _header.AsSpan(0, FrameHeader);
        _left = (header[0] << 16) | (header[1] << 8) | header[2];
        _collects = header[3] is Headers or Continuation;
        if (!_collects)
        {
            _output.Write(header);
            return;
        }

        if (header[3] == Headers)
        {
            _flags = header[4];
            _stream = BinaryPrimitives.ReadInt32BigEndian(header[StreamAt..]);
            _block.ResetWrittenCount();
        }
        else
        {
            _flags |= (byte)(header[4] & EndHeaders);
        }

        if ((_flags & (Padded | Priority)) != 0)
        {
            throw new NotSupportedException("header frames with padding or priorities are not written anew");
        }

        if (_left == 0)
        {
            EndFragment();
        }
    }

    private void EndFragment()
    {
        _collects = false;
        if ((_flags & EndHeaders) == 0)
        {
            return;
        }

        ReadOnlySpan<byte> block = HeaderBlock.Split(_block.WrittenSpan, (byte)Separator);
        Span<byte> header = stackalloc byte[FrameHeader];
        for (bool first = true; first || !block.IsEmpty; first = false)
        {
            int length = Math.Min(block.Length, LargestFrame);
            header[0] = (byte)(length >> 16);
            header[1] = (byte)(length >> 8);
            header[2] = (byte)length;
            header[3] = first ? Headers : Continuation;
            header[4] = (byte)((first ? _flags & EndStream : 0) | (length == block.Length ? EndHeaders : 0));
            BinaryPrimitives.WriteInt32BigEndian(header[StreamAt..], _stream);
            _output.Write(header);
            _output.Write(block[..length]);
            block = block[length..];
        }
    }
}

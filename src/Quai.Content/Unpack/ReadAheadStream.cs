using System.Buffers;
using System.Security.Cryptography;

namespace Quai.Content.Unpack;

/// <summary>
/// Reads a stream on its own thread and hashes what it reads, some blocks ahead of the consumer:
/// decompression and file creation then run in parallel.
/// </summary>
internal sealed class ReadAheadStream : Stream
{
    private const int BlockSize = 512 * 1024;
    private const int Blocks = 4;

    private readonly Stream _source;
    private readonly IncrementalHash? _hash;
    private readonly (byte[] Data, int Length)[] _ring = new (byte[], int)[Blocks];
    private readonly SemaphoreSlim _free = new(Blocks);
    private readonly SemaphoreSlim _filled = new(0);
    private readonly Thread _thread;
    private volatile bool _stopped;
    private Exception? _failure;
    private int _reading;
    private int _offset;
    private bool _atEnd;
    private bool _holding;

    /// <summary>Starts reading; <paramref name="source"/> is owned by the caller and must outlive this. Without an algorithm nothing is hashed.</summary>
    public ReadAheadStream(Stream source, HashAlgorithmName? algorithm)
    {
        _source = source;
        _hash = algorithm is { } chosen ? IncrementalHash.CreateHash(chosen) : null;
        _thread = new Thread(Fill, 256 * 1024) { IsBackground = true, Name = "layer read-ahead" };
        _thread.Start();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The hash of everything that was read; available once the end was reached.</summary>
    public byte[] Hash() => _atEnd && _hash is not null ? _hash.GetHashAndReset() : throw new InvalidOperationException("the stream was not read to its end");

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_atEnd)
        {
            return 0;
        }

        if (!_holding)
        {
            _filled.Wait();
            _holding = true;
            _offset = 0;
        }

        (byte[] data, int length) = _ring[_reading];
        if (length == 0)
        {
            _atEnd = true;
            return _failure is null ? 0 : throw _failure;
        }

        int copied = Math.Min(buffer.Length, length - _offset);
        data.AsSpan(_offset, copied).CopyTo(buffer);
        _offset += copied;
        if (_offset == length)
        {
            _holding = false;
            _reading = (_reading + 1) % Blocks;
            _free.Release();
        }

        return copied;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stopped = true;
            _free.Release();
            _thread.Join();
            foreach ((byte[] data, _) in _ring)
            {
                if (data is not null)
                {
                    ArrayPool<byte>.Shared.Return(data);
                }
            }

            _hash?.Dispose();
            _free.Dispose();
            _filled.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        int writing = 0;
        while (true)
        {
            _free.Wait();
            if (_stopped)
            {
                return;
            }

            // Allocated as needed: most image archives have many small files.
            ref (byte[] Data, int Length) block = ref _ring[writing];
            block.Data ??= ArrayPool<byte>.Shared.Rent(BlockSize);
            int length = 0;
            try
            {
                length = _source.ReadAtLeast(block.Data.AsSpan(0, BlockSize), BlockSize, throwOnEndOfStream: false);
                _hash?.AppendData(block.Data, 0, length);
            }
            catch (Exception e)
            {
                length = 0;
                _failure = e;
            }

            block.Length = length;
            writing = (writing + 1) % Blocks;
            _filled.Release();
            if (length == 0)
            {
                return;
            }
        }
    }
}
